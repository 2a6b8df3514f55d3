"""Money that goes back to a buyer: paid once, by somebody else than whoever asked for it (R11, R21)."""

from collections.abc import Mapping, Sequence
from datetime import date

from accounts.models import User
from bookings.models import Booking
from payments.enums import EntryKind, InterestMode, RefundAction
from payments.events import RefundPaid
from payments.models import InterestRate, Refund
from payments.rules.facts import Accrual, Rate
from payments.rules.interest import accrue
from payments.rules.settlement import REFUND_TRANSITIONS
from payments.services.booked import lock_for, refuse_buyers
from payments.services.posting import post
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service

BUILDERS_REFUND = "Only the builder or staff pay a refund."
RateTable = Mapping[int | None, Sequence[Rate]]  # by project; None: for all


class PayerIsRequester(DomainError):
    """Whoever asked for this refund cannot pay it; somebody else must."""

    code, status = "payer_is_requester", 422


register_conflict("refund_payer_is_another", PayerIsRequester)


@service
def pay_refund(
    *, actor: User, refund_id: int, reference: str, paid_on: date | None = None
) -> Refund:
    """Record that a refund was paid, in full and once; it becomes a debit of the account (R11).

    Paid today unless it says. Raises PayerIsRequester (422), InvalidTransition (409) for a second time, InvalidValue
    (400) for no reference or a day before the refund was due to exist or to come, NotAllowed for customers;
    DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_REFUND)
    refund = lock(Refund.objects.for_user(actor), refund_id)
    booking = lock_for(actor, refund.booking_id)
    if refund.requested_by_id == actor.pk:
        raise PayerIsRequester
    if not reference.strip():
        raise InvalidValue(errors={"reference": ["This field may not be blank."]})
    day = _paid_on(booking, refund, paid_on)
    paid = {"paid_on": day, "paid_by_id": actor.pk, "reference": reference}
    advance(refund, REFUND_TRANSITIONS, RefundAction.PAY, changes=paid)
    post(
        booking=booking,
        value_on=day,
        kind=EntryKind.REFUND,
        debit=refund.amount,
        label=f"Refund {reference}"[:300],
        reference=str(refund),
        refund=refund,
    )
    audit.record(actor, refund, "paid", after={"amount": refund.amount, "reference": reference})
    publish(RefundPaid(refund_id=refund.pk, booking_id=booking.pk))
    return refund


def rate_table() -> RateTable:
    """All dated rates, by project, from one query; for lists of refunds (R9)."""
    table: dict[int | None, list[Rate]] = {}
    for row in InterestRate.objects.order_by("valid_from"):
        rate = Rate(valid_from=row.valid_from, percent=row.percent)
        table.setdefault(row.project_id, []).append(rate)
    return table


def late_interest(refund: Refund, rates: RateTable, today: date) -> Accrual:
    """What a late refund bears: from the day it was due to the day it was paid, or to today (R11, R9)."""
    return accrue(
        amount=refund.amount,
        due_on=refund.due_on,
        falls=(),
        rates=rates.get(refund.project_id) or rates.get(None) or (),
        grace_days=0,
        mode=InterestMode.FROM_DUE,
        until=refund.paid_on or today,
        currency=refund.currency,
    )


def _paid_on(booking: Booking, refund: Refund, wanted: date | None) -> date:
    zone = booking.project.time_zone
    first, today = clock.local(refund.created_at, zone).date(), clock.today(zone)
    day = wanted or today
    if not first <= day <= today:
        raise InvalidValue(errors={"paid_on": [f"Must be from {first} to {today}."]})
    return day
