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


@dataclass(frozen=True, kw_only=True)
class AgreementGenerated(Event):
    """A new version of an agreement; who knows the payment plan states it before anybody reads it."""

    agreement_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class PromiseProposed(Event):
    """The builder asks for another date of possession."""

    promise_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class PromiseAnswered(Event):
    """The buyer agreed to a proposed date, or did not."""

    promise_id: int
    booking_id: int
