"""What messaging says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A message is waiting for its recipient."""

    message_id: int
    recipient_id: int


@dataclass(frozen=True, kw_only=True)
class MessagesRead(Event):
    """Somebody has read what the other party wrote, up to a message."""

    conversation_id: int
    reader_id: int
    up_to: int
