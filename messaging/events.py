"""What messaging says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """A message is waiting for its recipient."""

    message_id: int
    recipient_id: int
