"""What payments says."""

from dataclasses import dataclass
from decimal import Decimal

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(Event):
    """Money arrived for a booking."""

    payment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class DemandRaised(Event):
    """A buyer was asked to pay: by the schedule, for a change, a charge or late interest."""

    demand_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentReversed(Event):
    """Money that had arrived is gone again, such as a cheque that bounced."""

    payment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class ProofSubmitted(Event):
    """A customer says that it paid, and waits for the builder's word."""

    payment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class RefundNeeded(Event):
    """Money came for a booking that can no longer have it; somebody must send it back."""

    refund_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class ReminderFellDue(Event):
    """A buyer must be reminded of what is open; one event for everything of a booking on a day (R20)."""

    booking_id: int
    reminder_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class WithholdingFellShort(Event):
    """A change lifted the contract over the threshold of withholding; so much of it was not withheld before (R3.6)."""

    booking_id: int
    amount: Decimal
