"""What bookings says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class BookingMoved(Event):
    """A booking changed its state; ``old`` is empty for a new one."""

    booking_id: int
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class ChangeMoved(Event):
    """A change request changed its state; ``old`` is empty for a new one."""

    change_request_id: int
    old: str
    new: str
