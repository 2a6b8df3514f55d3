"""Every write of messaging: send a message, mark a conversation read; and who may talk to whom."""

from messaging.services.partners import Pair, find_pair
from messaging.services.read import mark_conversation_read
from messaging.services.send import ClientIdTaken, send_message

__all__ = ["ClientIdTaken", "Pair", "find_pair", "mark_conversation_read", "send_message"]
