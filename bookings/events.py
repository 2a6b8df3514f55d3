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


@dataclass(frozen=True, kw_only=True)
class HoldExtended(Event):
    """A hold ends later than before (R4.5). Nobody is told: who holds the unit has just read it."""

    claim_id: int


@dataclass(frozen=True, kw_only=True)
class HoldNearsEnd(Event):
    """A live hold will soon lapse; said once for each end that a hold is given (R4.5)."""

    claim_id: int


@dataclass(frozen=True, kw_only=True)
class SignatureGiven(Event):
    """One of the parties signed the agreement; others may still have to (R5.6)."""

    signature_id: int
    booking_id: int


@dataclass(frozen=True, kw_only=True)
class DiscountProposed(Event):
    """A quote has a discount above the limit; a second person must decide (R1, R21)."""

    quote_id: int


@dataclass(frozen=True, kw_only=True)
class DiscountDecided(Event):
    """A second person approved or refused the discount of a quote (R1, R21)."""

    quote_id: int


@dataclass(frozen=True, kw_only=True)
class ChangeQuoteProposed(Event):
    """An offer for a change request is above the limit; a second person must decide (R13.2, R21)."""

    change_quote_id: int


@dataclass(frozen=True, kw_only=True)
class ChangeQuoteDecided(Event):
    """A second person let an offer go to the customer, or not (R13.2, R21)."""

    change_quote_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentFiled(Event):
    """A further document was put to a booking, for both parties or for the builder's side alone."""

    document_id: int
    booking_id: int
