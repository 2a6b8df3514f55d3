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
    """Money must go back to a buyer: its booking can no longer have it (R5), or a settlement returns it (R11)."""

    refund_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class UnexpectedPayment(Event):
    """A gateway brought money that nobody asked for so: an advance, held apart (R6) or to be returned (R5).

    ``surprise`` says why, a Surprise; ``payment_id`` is None for what could not be recorded.
    """

    checkout_id: int
    booking_id: int
    payment_id: int | None
    surprise: str
    note: str


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


@dataclass(frozen=True, kw_only=True)
class PaymentRejected(Event):
    """A proof or a recorded payment was refused; it never counted (R8.1)."""

    payment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class SettlementProposed(Event):
    """Somebody computed how a booking's money is settled; a second person must decide (R11, R21)."""

    settlement_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class SettlementDecided(Event):
    """A second person approved or refused a settlement (R11, R21)."""

    settlement_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class RefundPaid(Event):
    """Money went back to a buyer (R11)."""

    refund_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class AdjustmentRequested(Event):
    """Somebody asked for a waiver or an allocation by hand; a second person must decide (R8.5, R9, R21)."""

    adjustment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class AdjustmentDecided(Event):
    """A second person approved or refused a waiver or an allocation by hand (R21)."""

    adjustment_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Event):
    """A buyer owes less without having paid (R7.5)."""

    credit_note_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class StageKeptBack(Event):
    """A stage was certified, but what it makes due of a buyer must wait; one event for all its bookings (R7.3, R7.6).

    ``waiting`` has the key of each booking and why it waits, a Skip.
    """

    milestone_id: int
    customer_id: int
    waiting: tuple[tuple[int, str], ...]
