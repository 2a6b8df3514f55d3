"""Offers for change requests (R13.1-2): priced by lines, numbered, and approved by a second person above a limit."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.enums import ChangeAction, QuoteState
from bookings.events import ChangeQuoteDecided, ChangeQuoteProposed
from bookings.models import ChangeQuote, ChangeRequest
from bookings.rules import CHANGE_TRANSITIONS, change_lines
from bookings.services.changes import (
    BUILDERS_ANSWER,
    QuoteExpired,
    QuoteSuperseded,
    advance_change,
    locked_change,
    refuse_lapsed,
)
from bookings.services.limits import CHANGE_APPROVAL_LIMIT, CHANGE_QUOTE_DAYS
from bookings.services.quotes import OwnQuote, record_decision
from bookings.services.standing import refuse_customers, refuse_dead
from projects.enums import TaxClass
from projects.rules import TaxResult, tax
from projects.services import rates_on
from projects.services.amounts import check_money
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import InvalidTransition, InvalidValue
from realestate.core.events import publish
from realestate.core.money import ZERO
from realestate.core.states import allowed_actions
from realestate.core.transactions import service
from realestate.core.working import Working

register_conflict("change_quote_approver_is_another", OwnQuote)


@service
def quote_change(
    *,
    actor: User,
    change_request_id: int,
    lines: Sequence[Mapping[str, Any]] = (),
    net_amount: Decimal | None = None,
    tax_amount: Decimal | None = None,
    timeline_days: int = 0,
    description: str = "",
    valid_until: datetime | None = None,
) -> ChangeQuote:
    """A numbered offer (R13.1); it supersedes the one before it. Valid for the set number of days unless it says.

    Priced by ``lines`` of quantity and rate, or by a ``net_amount`` for the whole; the tax is that of extra work on the
    day unless it is named. One above the limit waits for a second person, and the customer does not see it (R13.2).
    Raises InvalidValue (400) for a date in the past or for neither or both of lines and amount, InvalidTransition
    (409), NotAllowed for customers.
    """
    refuse_customers(actor, BUILDERS_ANSWER)
    now = clock.now()
    row = locked_change(actor, change_request_id)
    booking = row.booking
    refuse_dead(booking, now)
    refuse_lapsed(row, now)
    if ChangeAction.QUOTE not in CHANGE_TRANSITIONS.get(row.state, {}):
        allowed = allowed_actions(CHANGE_TRANSITIONS, row.state)
        raise InvalidTransition(state=row.state, allowed=allowed)
    until = valid_until or now + timedelta(days=CHANGE_QUOTE_DAYS.for_project(booking.project))
    if until <= now:
        raise InvalidValue(errors={"valid_until": ["Must be in the future."]})
    workings, net = _priced(row, lines, net_amount)
    last = row.quotes.order_by("-version").first()
    quote = ChangeQuote.objects.create(
        change_request=row,
        version=last.version + 1 if last else 1,
        lines=[each.as_json() for each in workings],
        net_amount=net,
        tax_amount=_taxed(row, net, tax_amount, now),
        timeline_days=timeline_days,
        description=description,
        valid_until=until,
        created_by=actor,
        state=_first_state(row, net),
    )
    if quote.state == QuoteState.APPROVED:
        _offer(actor, row, quote)
    else:
        audit.record(actor, quote, "waits_for_approval", after={"net_amount": net})
        publish(ChangeQuoteProposed(change_quote_id=quote.pk))
    return quote


@service
def decide_change_quote(
    *, actor: User, change_quote_id: int, approve: bool, reason: str = ""
) -> ChangeQuote:
    """R13.2: somebody else on the builder's side lets an offer above the limit go to the customer, or not.

    Raises OwnQuote (422), QuoteSuperseded, QuoteExpired, InvalidTransition (409), NotAllowed for customers;
    DoesNotExist for strangers.
    """
    refuse_customers(actor, BUILDERS_ANSWER)
    now = clock.now()
    quotes = ChangeQuote.objects.for_user(actor)
    row = locked_change(
        actor, quotes.values_list("change_request", flat=True).get(pk=change_quote_id)
    )
    quote = quotes.get(pk=change_quote_id)  # behind the lock of its request
    if quote.created_by_id == actor.pk:
        raise OwnQuote
    newer = row.quotes.filter(version__gt=quote.version).order_by("-version").first()
    if approve and newer is not None:
        raise QuoteSuperseded(version=newer.version)
    if approve and quote.valid_until <= now:
        raise QuoteExpired
    record_decision(actor, quote, now, approve=approve, reason=reason)
    if approve:
        refuse_dead(row.booking, now)
        _offer(actor, row, quote)
    publish(ChangeQuoteDecided(change_quote_id=quote.pk))
    return quote


def explain_offer(quote: ChangeQuote) -> list[Working]:
    """How an offer's net amount and its taxes came about (R13). Reading only."""
    currency = quote.change_request.booking.currency
    parts = _taxes(quote.change_request, quote.net_amount, quote.created_at).components
    taxes = [part.working for part in parts]
    if sum((each.amount for each in taxes), ZERO) != quote.tax_amount:
        taxes = [_named("Tax", quote.tax_amount)]
    if not quote.lines:
        return [_named("Net amount", quote.net_amount), *taxes]
    lines = [line["amount"] for line in quote.lines]
    net = Working(
        figure="Net amount",
        rule="R13",
        formula="Σ round(quantity × rate)",
        inputs={"lines": lines, "currency": currency},
        unrounded=quote.net_amount,
        amount=quote.net_amount,
    )
    return [net, *taxes]


def _named(figure: str, amount: Decimal) -> Working:
    """What the builder said instead of having it computed."""
    return Working(
        figure=figure,
        rule="R13",
        formula="as named in the offer",
        inputs={"named": amount},
        unrounded=amount,
        amount=amount,
    )


def _offer(actor: User, row: ChangeRequest, quote: ChangeQuote) -> None:
    """The customer sees it from now on."""
    row.estimated_cost = quote.net_amount + quote.tax_amount
    row.estimated_timeline_days = quote.timeline_days
    advance_change(actor, row, ChangeAction.QUOTE, version=quote.version)
    row.save(update_fields=["estimated_cost", "estimated_timeline_days", "updated_at"])


def _priced(
    row: ChangeRequest, lines: Sequence[Mapping[str, Any]], net_amount: Decimal | None
) -> tuple[list[Working], Decimal]:
    if bool(lines) == (net_amount is not None):
        raise InvalidValue(errors={"lines": ["Send lines, or one net amount."]})
    workings = change_lines(lines, row.booking.currency)
    total = sum((each.amount for each in workings), ZERO)
    return workings, total if net_amount is None else net_amount


def _first_state(row: ChangeRequest, net: Decimal) -> QuoteState:
    limit = CHANGE_APPROVAL_LIMIT.for_project(row.booking.project)
    return QuoteState.APPROVAL_PENDING if abs(net) > limit else QuoteState.APPROVED


def _taxed(row: ChangeRequest, net: Decimal, named: Decimal | None, now: datetime) -> Decimal:
    """The tax that was named, or that of the day. Raises InvalidValue (400) for amounts that cannot be charged.

    A tax goes the way of what is taxed: otherwise an omission would be charged, or work be credited.
    """
    currency = row.booking.currency
    check_money("net_amount", net, currency)
    check_money("tax_amount", named, currency)
    if named is None:
        return _taxes(row, net, now).total
    if net * named < 0 or (named and not net):
        raise InvalidValue(errors={"tax_amount": ["Must have the sign of the net amount."]})
    return named


def _taxes(row: ChangeRequest, net: Decimal, now: datetime) -> TaxResult:
    """R13: Σ round(net × component / 100), at the rates of the day for extra work."""
    booking = row.booking
    day = clock.local(now, booking.project.time_zone).date()
    rates = rates_on(day, {TaxClass.EXTRA_WORK})
    return tax(net, rates.get(TaxClass.EXTRA_WORK, ()), booking.currency)
