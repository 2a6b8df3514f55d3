"""The figures of a booking that ends: its account, and what follows from it (R11). Reading only."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from bookings.enums import BookingState, ChangeState
from bookings.models import Booking
from bookings.services import state_at
from payments.enums import AllocationPreset, Initiator, ReceiptState, RefundState
from payments.models import Payment, Refund
from payments.rules.allocation import allocate
from payments.rules.facts import Accrual, ItemKey
from payments.rules.interest import delay_interest
from payments.rules.settlement import Account, Conditions, PercentOfPrice, Settled, settle
from payments.services.facts import OUTSIDE_THE_ACCOUNT, Facts, facts_of
from payments.services.ledger import END_OF_TIME, Standing, balance_of, gone, standing_of
from payments.services.planning import waiting_lines
from payments.services.replay import rates_of
from payments.services.terms import SCOPES, terms_of
from realestate.core import clock
from realestate.core.errors import DomainError
from realestate.core.money import ZERO
from realestate.core.system_settings import define

TAX_IS_REFUNDABLE = define(
    "payments.tax_is_refundable",
    bool,
    default=False,
    scopes=SCOPES,
    help="Whether tax that was received is returned when a booking ends (R11).",
)


class NothingToSettle(DomainError):
    """No money has been received for this booking, so it can be cancelled without a settlement."""

    code, status = "nothing_to_settle", 422


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a booking ends: who ends it, from when on, and the share of the price that is kept."""

    initiator: Initiator
    effective_on: date
    forfeit_percent: Decimal


def account_of(booking: Booking) -> Account:
    """What was received for a booking and what it still owes, from the ledger and the allocation (R11)."""
    stand = _standing_net_of_credits(booking)
    returned = gone(booking, END_OF_TIME) + _to_be_returned(booking)
    done = waiting_lines(booking.pk).filter(
        change_quote__change_request__state=ChangeState.COMPLETED
    )
    return Account(
        price=booking.agreement_value or ZERO,
        consideration=stand.received_consideration - returned,
        tax=stand.received_tax,
        interest=stand.received_interest,
        charges=stand.received_charges,
        held=sum((payment.amount for payment in _held(booking)), ZERO),
        unpaid_interest=stand.unpaid_interest,
        work=sum(done.values_list("amount", flat=True), ZERO),
    )


def _standing_net_of_credits(booking: Booking) -> Standing:
    """What receipts paid of what is really asked for: what was credited meanwhile never was; its money is free."""
    facts = facts_of(booking)
    credited: dict[ItemKey, Decimal] = {}
    money = []
    for each in facts.money:
        if not each.is_credit:
            money.append(each)
            continue
        for target in each.targets:
            key = (target.line, target.part)
            credited[key] = credited.get(key, ZERO) + target.amount
        loose = each.amount - sum((target.amount for target in each.targets), ZERO)
        if loose > 0:
            money.append(replace(each, amount=loose, targets=()))
    items = (replace(i, amount=i.amount - credited.get(i.key, ZERO)) for i in facts.items)
    net = Facts(
        lines=facts.lines, items=tuple(i for i in items if i.amount > 0), money=tuple(money)
    )
    preset = AllocationPreset(terms_of(booking).allocation)
    applied = allocate(net.items, net.money, preset, END_OF_TIME).applied
    return standing_of(net, applied, END_OF_TIME, balance=balance_of(booking))


def settled_for(booking: Booking, ending: Ending) -> Settled:
    """What is kept and what is returned, as the account stands now (R11). Raises NothingToSettle (422)."""
    account = account_of(booking)
    if account.received <= 0:
        raise NothingToSettle
    return settle(
        account,
        Conditions(
            initiator=ending.initiator,
            currency=booking.currency,
            forfeit=PercentOfPrice(percent=ending.forfeit_percent),
            is_free=_is_free(booking, ending.effective_on),
            tax_is_refundable=TAX_IS_REFUNDABLE.for_project(booking.project),
            interest_owed=_interest_owed(booking, ending),
        ),
    )


def _is_free(booking: Booking, effective_on: date) -> bool:
    """R11: before the token is paid, or inside cooling-off."""
    if state_at(booking, clock.now()) in {BookingState.ON_HOLD, BookingState.EXPIRED}:
        return True
    until = booking.cooling_off_until
    return until is not None and (
        effective_on <= clock.local(until, booking.project.time_zone).date()
    )


def _interest_owed(booking: Booking, ending: Ending) -> Accrual | None:
    """For a builder's default: on each receipt from its value date to the day the refund is due (R9, R11)."""
    if ending.initiator != Initiator.BUILDER_DEFAULT:
        return None
    money = [m for m in facts_of(booking).money if not m.is_credit]
    receipts = [(m.value_on, m.amount) for m in money]
    receipts += [(p.paid_date, p.amount) for p in _held(booking) if p.paid_date is not None]
    return delay_interest(
        receipts=receipts,
        promised_on=date.min,
        offered_on=due_on(booking, ending),
        rates=rates_of(booking),
        currency=booking.currency,
    )


def _held(booking: Booking) -> list[Payment]:
    """Receipts beyond the cap of R6 that are held apart and stand in no ledger yet."""
    rows = Payment.objects.filter(booking=booking, state=ReceiptState.CLEARED, is_held_excess=True)
    return list(rows.exclude(payment_type__in=OUTSIDE_THE_ACCOUNT).order_by("pk"))


def _to_be_returned(booking: Booking) -> Decimal:
    """What goes back to the buyer anyway, because it came too late."""
    rows = Refund.objects.filter(booking=booking, state=RefundState.DUE)
    return Decimal(rows.aggregate(due=Sum("amount", default=ZERO))["due"])


def due_on(booking: Booking, ending: Ending) -> date:
    """The day by which the refund must be paid (R11)."""
    return ending.effective_on + timedelta(days=terms_of(booking).refund_days)
