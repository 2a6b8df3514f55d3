"""Conversations, messages and broadcasts."""

from messaging.models.broadcasts import Broadcast, BroadcastRecipient
from messaging.models.messages import Conversation, Message

__all__ = ["Broadcast", "BroadcastRecipient", "Conversation", "Message"]
