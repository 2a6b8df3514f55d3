"""Messages and broadcasts on the wire."""

from messaging.serializers.broadcasts import BroadcastPageRead, BroadcastRead, BroadcastWrite
from messaging.serializers.messages import (
    ChatMessagePageRead,
    ChatMessageRead,
    ConversationMarkedRead,
    ConversationRead,
    MessageWrite,
    UnreadRead,
)

__all__ = [
    "BroadcastPageRead",
    "BroadcastRead",
    "BroadcastWrite",
    "ChatMessagePageRead",
    "ChatMessageRead",
    "ConversationMarkedRead",
    "ConversationRead",
    "MessageWrite",
    "UnreadRead",
]
