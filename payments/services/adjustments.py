"""Waivers and allocations by hand: one person asks, another decides (R8.5, R9, R21)."""

from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking
from payments.enums import (
    AdjustmentAction,
    AdjustmentKind,
    AdjustmentState,
    CreditKind,
    Part,
    ReceiptState,
)
from payments.events import AdjustmentDecided, AdjustmentRequested
from payments.models import Adjustment, DemandLine, Payment
from payments.rules.adjustments import ADJUSTMENT_TRANSITIONS
from payments.services.booked import lock_for, refuse_buyers
from payments.services.credits import Credited, credit
from payments.services.ledger import standing
from payments.services.receipts import ReasonMissing, refuse_amount
from payments.services.replay import replay
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import ZERO
from realestate.core.states import advance
from realestate.core.transactions import service

BUILDERS_ASK = "Only the builder or staff adjust an account."


class ApproverIsRequester(DomainError):
    """Whoever asked for this cannot approve it; somebody else must."""

    code, status = "approver_is_requester", 422


class MoreThanOpen(DomainError):
    """There is less than that open on this line, or left of this payment."""

    code, status = "more_than_open", 422


register_conflict("adjustment_approver_is_another", ApproverIsRequester)


@service
def request_waiver(
    *, actor: User, booking_id: int, demand_line_id: int, amount: Decimal, part: Part, reason: str
) -> Adjustment:
    """Ask that a part of an open item, mostly late interest, be waived (R9).

    Raises MoreThanOpen, ReasonMissing (422), InvalidValue (400), NotAllowed; DoesNotExist for lines of other bookings.
    """
    booking, line = _subject(actor, booking_id, demand_line_id, amount=amount, reason=reason)
    _refuse_more(_open(booking, line, part), amount)
    return _request(
        actor,
        Adjustment(
            booking=booking, kind=AdjustmentKind.WAIVER, demand_line=line, part=part, amount=amount
        ),
        reason,
    )


@service
def request_allocation(  # keyword-only: what, on what, how much and why
    *,
    actor: User,
    booking_id: int,
    payment_id: int,
    demand_line_id: int,
    amount: Decimal,
    part: Part,
    reason: str,
) -> Adjustment:
    """Ask that a part of a receipt pay a certain item, whatever the rule says (R8.5).

    Raises MoreThanOpen for more than the item or the receipt, ReasonMissing (422), InvalidValue (400), NotAllowed.
    """
    booking, line = _subject(actor, booking_id, demand_line_id, amount=amount, reason=reason)
    payment = Payment.objects.filter(booking=booking, state=ReceiptState.CLEARED).get(pk=payment_id)
    _refuse_more(_whole(line, part), amount)
    _refuse_more(_not_fixed(payment), amount)
    return _request(
        actor,
        Adjustment(
            booking=booking,
            kind=AdjustmentKind.ALLOCATION,
            demand_line=line,
            part=part,
            amount=amount,
            payment=payment,
        ),
        reason,
    )


@service
def decide_adjustment(
    *, actor: User, adjustment_id: int, action: AdjustmentAction, reason: str = ""
) -> Adjustment:
    """Approve or refuse; by somebody else than whoever asked (R21). An approval takes effect at once.

    Raises ApproverIsRequester, MoreThanOpen when less is open by now (422), InvalidTransition (409), NotAllowed.
    """
    refuse_buyers(actor, BUILDERS_ASK)
    row = lock(Adjustment.objects.for_user(actor), adjustment_id)
    booking = lock_for(actor, row.booking_id)
    if row.requested_by_id == actor.pk:
        raise ApproverIsRequester
    decided = {"decided_by_id": actor.pk, "decided_at": clock.now(), "decision_reason": reason}
    advance(row, ADJUSTMENT_TRANSITIONS, action, changes=decided)
    audit.record(actor, row, action.value, after={"amount": row.amount}, reason=reason)
    if action == AdjustmentAction.APPROVE:
        _apply(actor, booking, row)
    publish(AdjustmentDecided(adjustment_id=row.pk, booking_id=booking.pk))
    return row


def _apply(actor: User, booking: Booking, row: Adjustment) -> None:
    if row.kind == AdjustmentKind.WAIVER:
        _refuse_more(_open(booking, row.demand_line, Part(row.part)), row.amount)
        _waive(actor, booking, row)
    else:
        _check_fixed(row)
    replay(actor, booking)


def _waive(actor: User, booking: Booking, row: Adjustment) -> None:
    is_tax = row.part == Part.TAX
    note = credit(
        actor=actor,
        booking=booking,
        kind=CreditKind.WAIVER,
        reason=row.reason,
        lines=[
            Credited(
                line=row.demand_line,
                principal=ZERO if is_tax else row.amount,
                tax=row.amount if is_tax else ZERO,
            )
        ],
        issued_on=clock.today(booking.project.time_zone),
        requested_by=row.requested_by,
    )
    row.credit_note = note
    row.save(update_fields=["credit_note"])


def _check_fixed(row: Adjustment) -> None:
    """What two people fixed must fit into the payment and into the item; several of them add up."""
    if row.payment is None:  # pragma: no cover  # the constraint allocation_names_its_payment
        return
    # The row itself is approved by now.
    _refuse_more(_not_fixed(row.payment) + row.amount, row.amount)
    same = _approved().filter(demand_line=row.demand_line, part=row.part)
    fixed = sum(same.values_list("amount", flat=True), ZERO)
    _refuse_more(_whole(row.demand_line, Part(row.part)) - fixed + row.amount, row.amount)


def _subject(
    actor: User, booking_id: int, demand_line_id: int, *, amount: Decimal, reason: str
) -> tuple[Booking, DemandLine]:
    refuse_buyers(actor, BUILDERS_ASK)
    booking = lock_for(actor, booking_id)
    lines = DemandLine.objects.filter(demand__booking=booking).select_related("demand")
    line = lines.get(pk=demand_line_id)
    refuse_amount(booking, amount)
    if not reason.strip():
        raise ReasonMissing
    return booking, line


def _request(actor: User, row: Adjustment, reason: str) -> Adjustment:
    row.reason, row.requested_by, row.requested_at = reason, actor, clock.now()
    row.save(force_insert=True)
    audit.record(actor, row, "requested", after={"amount": row.amount}, reason=reason)
    publish(AdjustmentRequested(adjustment_id=row.pk, booking_id=row.booking_id))
    return row


def _open(booking: Booking, line: DemandLine, part: Part) -> Decimal:
    items = [i for i in standing(booking).items if i.line == line.pk and i.part == part]
    return sum((item.open for item in items), ZERO)


def _whole(line: DemandLine, part: Part) -> Decimal:
    amount: Decimal = line.tax if part == Part.TAX else line.principal
    return amount


def _not_fixed(payment: Payment) -> Decimal:
    left: Decimal = payment.amount
    return left - sum((row.amount for row in _approved().filter(payment=payment)), ZERO)


def _approved() -> QuerySet[Adjustment]:
    return Adjustment.objects.filter(kind=AdjustmentKind.ALLOCATION, state=AdjustmentState.APPROVED)


def _refuse_more(available: Decimal, amount: Decimal) -> None:
    if amount > available:
        raise MoreThanOpen(available=max(available, ZERO))
