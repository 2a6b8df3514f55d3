"""Every write of messaging: send a message or a broadcast, mark a conversation read; and who may talk to whom."""

from messaging.services.broadcasts import (
    NoRecipients,
    deliver_batch,
    queue_unfinished_broadcasts,
    send_broadcast,
)
from messaging.services.partners import Pair, find_pair
from messaging.services.read import mark_conversation_read, unread_of
from messaging.services.send import ClientIdTaken, send_message

__all__ = [
    "ClientIdTaken",
    "NoRecipients",
    "Pair",
    "deliver_batch",
    "find_pair",
    "mark_conversation_read",
    "queue_unfinished_broadcasts",
    "send_broadcast",
    "send_message",
    "unread_of",
]
