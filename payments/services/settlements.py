"""What is kept and what is returned when a booking ends, decided by two persons (R11)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import User
from bookings.enums import BookingAction, BookingState
from bookings.models import Booking
from bookings.rules import TRANSITIONS
from bookings.services import cancel_booking, state_at
from payments.enums import (
    CreditKind,
    EntryKind,
    Initiator,
    SettlementAction,
    SettlementState,
)
from payments.events import RefundNeeded, SettlementDecided, SettlementProposed
from payments.models import CreditLine, Demand, Payment, Refund, Settlement
from payments.models.receipts import UNDECIDED
from payments.rules.settlement import (
    SETTLEMENT_TRANSITIONS,
    Settled,
)
from payments.services.adjustments import ApproverIsRequester
from payments.services.booked import lock_any, lock_for, refuse_buyers
from payments.services.charges import uncredited
from payments.services.credits import Credited, credit
from payments.services.endings import Ending, due_on, settled_for
from payments.services.facts import OUTSIDE_THE_ACCOUNT
from payments.services.notices import refuse_without_notices
from payments.services.online import release_held
from payments.services.posting import post
from payments.services.receipts import ReasonMissing
from payments.services.replay import replay
from payments.services.terms import terms_of
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import ZERO
from realestate.core.states import advance, allowed_actions
from realestate.core.transactions import service

BUILDERS_SETTLE = "Only the builder or staff settle a booking that ends."


class ForfeitBeyondTerms(DomainError):
    """More than was agreed on the booking cannot be kept."""

    code, status = "forfeit_beyond_terms", 422


class SettlementSuperseded(DomainError):
    """There is a newer settlement for this booking; please look at it first."""

    code, status = "settlement_superseded", 409


class SettlementStale(DomainError):
    """The account has changed since this settlement was computed; please propose it again."""

    code, status = "settlement_stale", 409


class ReceiptsPending(DomainError):
    """A payment for this booking still waits for a decision; please clear or reject it first."""

    code, status = "receipts_pending", 409


register_conflict("settlement_approver_is_another", ApproverIsRequester)
register_conflict("one_approved_settlement", SettlementSuperseded)
register_conflict("one_settlement_per_version", SettlementSuperseded)


@service
def propose_settlement(
    *,
    actor: User,
    booking_id: int,
    initiator: Initiator,
    reason: str,
    effective_on: date | None = None,
    forfeit_percent: Decimal | None = None,
) -> Settlement:
    """Compute from the ledger what is kept and returned; the next version, waiting for a second person (R11).

    Effective today unless it says; ``forfeit_percent`` may be less than what was agreed on the booking. Raises
    NothingToSettle, ForfeitBeyondTerms, ReasonMissing (422), InvalidValue (400), InvalidTransition (409) for a booking
    that cannot be cancelled, NotAllowed for customers; DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_SETTLE)
    booking = lock_for(actor, booking_id)
    _refuse_what_cannot_end(booking)
    if not reason.strip():
        raise ReasonMissing
    ending = Ending(
        initiator=initiator,
        effective_on=_effective(booking, effective_on),
        forfeit_percent=_percent(booking, initiator, forfeit_percent),
    )
    settled = settled_for(booking, ending)
    last = Settlement.objects.filter(booking=booking).order_by("-version").first()
    row = Settlement.objects.create(
        booking=booking,
        version=last.version + 1 if last else 1,
        reason=reason,
        lines=_lines(settled),
        working=settled.working.as_json(),
        received=settled.received,
        refund_amount=settled.refund,
        refund_due_on=due_on(booking, ending),
        currency=booking.currency,
        requested_by=actor,
        requested_at=clock.now(),
        **vars(ending),
    )
    audit.record(
        actor,
        row,
        "proposed",
        after={"booking": booking.pk, "version": row.version, "refund": row.refund_amount},
        reason=reason,
    )
    publish(SettlementProposed(settlement_id=row.pk, booking_id=booking.pk))
    return row


@service
def decide_settlement(
    *, actor: User, settlement_id: int, action: SettlementAction, reason: str = ""
) -> Settlement:
    """Approve or refuse the last version; by somebody else than whoever proposed it (R21).

    An approval credits every demand, keeps what the lines say, makes the refund due and cancels the booking, all at
    once. Raises SettlementSuperseded, SettlementStale, ReceiptsPending, InvalidTransition (409), ApproverIsRequester,
    NoticesMissing, ReasonMissing for a refusal without one (422), NotAllowed for customers; DoesNotExist for
    strangers.
    """
    refuse_buyers(actor, BUILDERS_SETTLE)
    row = lock(Settlement.objects.for_user(actor), settlement_id)
    booking = lock_for(actor, row.booking_id)
    if row.requested_by_id == actor.pk:
        raise ApproverIsRequester
    settled = None
    if action == SettlementAction.APPROVE and row.state == SettlementState.DRAFT:
        settled = _checked(booking, row)
    elif action == SettlementAction.REFUSE and not reason.strip():
        raise ReasonMissing
    decided = {"decided_by_id": actor.pk, "decided_at": clock.now(), "decision_reason": reason}
    advance(row, SETTLEMENT_TRANSITIONS, action, changes=decided)
    audit.record(actor, row, action.value, after={"refund": row.refund_amount}, reason=reason)
    if settled is not None:
        _apply(actor, booking, row, settled)
    publish(SettlementDecided(settlement_id=row.pk, booking_id=booking.pk))
    return row


def withdrawal_is_settled(booking_id: int) -> bool:
    """R5.10: whether a second person approved how the booking's money is settled."""
    return Settlement.objects.filter(booking=booking_id, state=SettlementState.APPROVED).exists()


@service
def credit_what_is_open(*, booking_id: int) -> None:
    """R5.10: a booking that is cancelled owes nothing more, also when no money was left of it to be settled.

    With the booking locked; demands that a settlement credited are left alone.
    """
    booking = lock_any(booking_id)
    today = clock.today(booking.project.time_zone)
    if _credit_demands(audit.SYSTEM, booking, "Cancellation", today):
        replay(audit.SYSTEM, booking)


# --- guards ----------------------------------------------------------------------------------------------------------


def _refuse_what_cannot_end(booking: Booking) -> None:
    """A lapsed hold may be settled too: a part of the token may have come in time."""
    state = state_at(booking, clock.now())
    steps = TRANSITIONS.get(state, {})
    if state != BookingState.EXPIRED and BookingAction.CANCEL not in steps:
        raise InvalidTransition(state=state, allowed=allowed_actions(TRANSITIONS, state))
    if withdrawal_is_settled(booking.pk):
        raise InvalidTransition(state=state, allowed=[])


def _effective(booking: Booking, wanted: date | None) -> date:
    zone = booking.project.time_zone
    today = clock.today(zone)
    first = clock.local(booking.booking_date, zone).date()
    day = wanted or today
    if not first <= day <= today:
        raise InvalidValue(errors={"effective_on": [f"Must be from {first} to {today}."]})
    return day


def _percent(booking: Booking, initiator: Initiator, wanted: Decimal | None) -> Decimal:
    if initiator == Initiator.BUILDER_DEFAULT:
        return ZERO
    agreed = terms_of(booking).forfeit_percent
    if wanted is not None and wanted > agreed:
        raise ForfeitBeyondTerms(agreed=agreed)
    return agreed if wanted is None else wanted


def _checked(booking: Booking, row: Settlement) -> Settled:
    """The figures, computed again under the lock: of the last version only, with all notices, and still the same."""
    _refuse_what_cannot_end(booking)
    if Settlement.objects.filter(booking=booking, version__gt=row.version).exists():
        raise SettlementSuperseded
    waiting = Payment.objects.filter(booking=booking, state__in=UNDECIDED)
    if waiting.exclude(payment_type__in=OUTSIDE_THE_ACCOUNT).exists():
        raise ReceiptsPending  # it would come to an account that is closed
    if row.initiator == Initiator.BUYER_DEFAULT:
        refuse_without_notices(booking, clock.today(booking.project.time_zone))
    ending = Ending(
        initiator=Initiator(row.initiator),
        effective_on=row.effective_on,
        forfeit_percent=row.forfeit_percent,
    )
    settled = settled_for(booking, ending)
    proposed = [(line["code"], Decimal(line["amount"])) for line in row.lines]
    same = proposed == [(line.code, line.amount) for line in settled.lines]
    if not same or (row.received, row.refund_amount) != (settled.received, settled.refund):
        raise SettlementStale(refund_amount=settled.refund)
    return settled


def _lines(settled: Settled) -> list[dict[str, Any]]:
    return [
        {
            "code": line.code,
            "rule": line.rule,
            "label": line.label,
            "amount": str(line.amount),
            "working": line.working.as_json(),
        }
        for line in settled.lines
    ]


# --- what an approval does -------------------------------------------------------------------------------------------


def _apply(actor: User, booking: Booking, row: Settlement, settled: Settled) -> None:
    """All demands are credited and what is kept is debited: the account ends at what is to be returned."""
    today = clock.today(booking.project.time_zone)
    release_held(booking_id=booking.pk)
    _credit_demands(actor, booking, str(row), today, requested_by=row.requested_by)
    _keep(actor, booking, row, settled)
    replay(actor, booking)
    if settled.refund > 0:
        refund = Refund.objects.create(
            booking=booking,
            project=booking.project,
            settlement=row,
            amount=settled.refund,
            currency=row.currency,
            due_on=row.refund_due_on,
            reason=f"Settlement {row}",
            requested_by_id=row.requested_by_id,
            created_at=clock.now(),
        )
        audit.record(actor, refund, "due", after={"amount": refund.amount}, reason=row.reason)
        publish(RefundNeeded(refund_id=refund.pk, booking_id=booking.pk))
    if state_at(booking, clock.now()) != BookingState.EXPIRED:
        cancel_booking(actor=actor, booking_id=booking.pk, reason=row.reason)


def _credit_demands(
    actor: User | None,
    booking: Booking,
    reason: str,
    today: date,
    *,
    requested_by: User | None = None,
) -> bool:
    """Says whether there was anything to credit."""
    demands = Demand.objects.filter(booking=booking).order_by("pk")
    left = [line for demand in demands for line in uncredited(demand)]
    lines = [line for line in left if line.principal + line.tax > 0]
    if lines:
        credit(
            actor=actor,
            booking=booking,
            kind=CreditKind.CANCELLATION,
            reason=reason,
            lines=lines,
            issued_on=today,
            requested_by=requested_by,
        )
    return bool(lines)


def _keep(actor: User, booking: Booking, row: Settlement, settled: Settled) -> None:
    today = clock.today(booking.project.time_zone)
    omitted = _credits_without_a_demand(booking)
    kept = [(line.label, line.amount) for line in settled.lines]
    if omitted > 0:
        kept.append(("Credit for omitted work, which ends with the booking", omitted))
    for label, amount in kept:
        if amount > 0:
            post(
                booking=booking,
                value_on=today,
                kind=EntryKind.FORFEIT,
                debit=amount,
                label=label,
                reference=str(row),
                settlement=row,
            )
        else:
            credit(
                actor=actor,
                booking=booking,
                kind=CreditKind.DELAY,
                reason=str(row),
                lines=[Credited(line=None, principal=-amount)],
                issued_on=today,
                requested_by=row.requested_by,
            )


def _credits_without_a_demand(booking: Booking) -> Decimal:
    """Omitted work (R13.4) is set against demands; it is no money that could be returned."""
    rows = CreditLine.objects.filter(credit_note__booking=booking, demand_line=None)
    sums = rows.aggregate(principal=Sum("principal", default=ZERO), tax=Sum("tax", default=ZERO))
    return Decimal(sums["principal"]) + Decimal(sums["tax"])
