"""Quotes (R1): what a unit costs a customer, frozen until the quote expires.

A hold is always taken on a quote, and a booking is made from one; its figures never change afterwards. What does change
(``valid_until``, ``claim``) is written while the claim is held by its lock, never the other way round.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db.models import Q, QuerySet

from accounts.models import Customer, User
from bookings.enums import QuoteAction, QuoteState
from bookings.events import DiscountDecided, DiscountProposed
from bookings.models import Booking, ChangeQuote, Quote
from bookings.rules import QUOTE_TRANSITIONS, is_above_limit
from bookings.services.changes import QuoteExpired
from bookings.services.limits import DISCOUNT_LIMIT_PERCENT, QUOTE_DAYS
from bookings.services.parties import buyer, claimable_units
from bookings.services.standing import refuse_customers
from progress.enums import CertificateKind
from progress.models import Certificate
from projects.models import Claim, Unit
from projects.rules import Discount
from projects.services import PricedUnit, sheet_for
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service

HUNDRED = Decimal(100)


class QuoteNotApproved(DomainError):
    """This quote has not been approved."""

    code, status = "quote_not_approved", 422


class OwnQuote(DomainError):
    """Somebody else has to decide about your quote."""

    code, status = "own_quote", 422


register_conflict("quote_approver_is_another", OwnQuote)


class Offer(TypedDict, total=False):
    """What the builder grants; all of it optional. A discount is a percent or an amount."""

    discount_percent: Decimal | None
    discount_amount: Decimal | None
    discount_reason: str
    valid_days: int | None


@service
def make_quote(
    *, actor: User, unit_id: int, customer_id: int | None = None, **offer: Unpack[Offer]
) -> Quote:
    """Quote a unit as it is priced today (R1): customers for themselves, builders and staff for a customer or nobody.

    A discount above ``bookings.discount_limit_percent`` leaves the quote waiting for somebody else's approval. It is
    valid for ``bookings.quote_days`` unless the builder says otherwise. Raises NotAllowed (403) when a customer grants
    itself something, InvalidValue (400), PriceListNotValid (422), DoesNotExist for strangers.
    """
    now = clock.now()
    _refuse_gifts(actor, offer)
    unit = claimable_units(actor).get(pk=unit_id)
    named = actor.user_type == Role.CUSTOMER or customer_id is not None
    customer = buyer(actor, customer_id) if named else None
    discount = _discount(offer)
    priced = _priced(unit, now, discount)
    days = offer.get("valid_days") or QUOTE_DAYS.for_project(unit.project)
    quote = Quote(
        customer=customer,
        discount_percent=discount.percent if discount else None,
        discount_reason=offer.get("discount_reason", ""),
        state=_first_state(unit, priced, discount),
        valid_until=now + timedelta(days=days),
    )
    _store(actor, quote, unit=unit, priced=priced, now=now)
    if quote.state == QuoteState.APPROVAL_PENDING:
        publish(DiscountProposed(quote_id=quote.pk))
    return quote


@service
def decide_quote(*, actor: User, quote_id: int, approve: bool, reason: str = "") -> Quote:
    """Approve or refuse a discount above the limit (R1): somebody on the builder's side who did not grant it (R21).

    Raises NotAllowed (403) for customers, OwnQuote (422), QuoteExpired and InvalidTransition (409), DoesNotExist for
    strangers.
    """
    refuse_customers(actor, "Only the builder decides about a discount.")
    now = clock.now()
    quote = lock(Quote.objects.for_user(actor), quote_id)
    if quote.created_by_id == actor.pk:
        raise OwnQuote
    if quote.state == QuoteState.APPROVAL_PENDING and quote.valid_until <= now:
        raise QuoteExpired
    record_decision(actor, quote, now, approve=approve, reason=reason)
    publish(DiscountDecided(quote_id=quote.pk))
    return quote


def record_decision(
    actor: User, quote: Quote | ChangeQuote, now: datetime, *, approve: bool, reason: str
) -> None:
    """A locked quote or offer is approved or refused, once: by whom, when and why. Raises InvalidTransition (409)."""
    old, new = advance(
        quote,
        QUOTE_TRANSITIONS,
        QuoteAction.APPROVE if approve else QuoteAction.REFUSE,
        changes={"decided_by_id": actor.pk, "decided_at": now, "decision_reason": reason},
    )
    audit.record(
        actor, quote, "decided", before={"state": old}, after={"state": new}, reason=reason
    )


def quote_for_hold(*, actor: User, claim: Claim, customer: Customer | None, now: datetime) -> Quote:
    """The quote of a hold, within the caller's service and after the claim was taken (R1: price snapshot).

    An approved quote of this unit and customer that is not over is used, the cheapest if there are several; else one
    is made that lives as long as the hold.
    """
    unit = claim.unit  # as it was locked
    quote = _usable(unit, customer, claim, now).order_by("total_amount", "-pk").first()
    if quote is None:
        quote = Quote(customer=customer, claim=claim, valid_until=claim.expires_at or now)
        return _store(actor, quote, unit=unit, priced=_priced(unit, now), now=now)
    return join_quote(quote, claim=claim, customer=customer)


def named_quote(
    *, actor: User, quote_id: int, unit: Unit, customer: Customer, now: datetime
) -> Quote:
    """The quote that somebody books by. Raises QuoteNotApproved (422), QuoteExpired (409), DoesNotExist (404)."""
    theirs = Q(customer=customer) | Q(customer=None)
    quote = Quote.objects.for_user(actor).filter(theirs, unit=unit).get(pk=quote_id)
    if quote.state != QuoteState.APPROVED:
        raise QuoteNotApproved(state=quote.state)
    if quote.valid_until <= now:
        raise QuoteExpired
    return quote


def join_quote(quote: Quote, *, claim: Claim, customer: Customer | None) -> Quote:
    """Bind a quote to the hold that is taken on it: it lives at least as long, and is that customer's."""
    quote.valid_until = max(quote.valid_until, claim.expires_at or quote.valid_until)
    if not Quote.objects.filter(claim=claim).exclude(pk=quote.pk).exists():
        quote.claim = claim
    quote.customer = quote.customer or customer
    quote.save(update_fields=["valid_until", "claim", "customer"])
    return quote


def stretch_quote(claim: Claim) -> None:
    """A hold was made longer: its quote lives as long."""
    Quote.objects.filter(claim=claim, valid_until__lt=claim.expires_at).update(
        valid_until=claim.expires_at
    )


def end_quote(claim: Claim, now: datetime) -> None:
    """A hold was given back: the quote that was made for it alone ends with it; one that was offered before stays."""
    made_for_it = Quote.objects.filter(claim=claim, created_at__gte=claim.taken_at)
    made_for_it.filter(valid_until__gt=now).update(valid_until=now)


def follow_booking(booking: Booking, claim: Claim) -> None:
    """A booking took its unit again: its quote lives on with the new hold."""
    quote = booking.quote
    if (
        quote is not None and claim.expires_at is not None
    ):  # else a booking from before there were quotes
        quote.claim, quote.valid_until = claim, max(quote.valid_until, claim.expires_at)
        quote.save(update_fields=["claim", "valid_until"])


def _usable(unit: Unit, customer: Customer | None, claim: Claim, now: datetime) -> QuerySet[Quote]:
    """Quotes that this hold may be taken on: its own, and the customer's; for nobody only its own."""
    theirs = Q(claim=claim) | Q(customer=customer) if customer else Q(claim=claim)
    return Quote.objects.usable(now).filter(theirs, unit=unit)


def _priced(unit: Unit, now: datetime, discount: Discount | None = None) -> PricedUnit:
    day = clock.local(now, unit.project.time_zone).date()
    certificates = Certificate.objects.holding(
        kind=CertificateKind.COMPLETION, project_id=unit.project_id, tower_id=unit.tower_id
    )
    is_completed = certificates.filter(issued_on__lte=day).exists()
    return sheet_for(unit, day, discount, is_completed=is_completed)


def _refuse_gifts(actor: User, offer: Offer) -> None:
    given = sorted(name for name, value in offer.items() if value)
    if actor.user_type == Role.CUSTOMER and given:
        errors = {name: ["Only the builder decides about this."] for name in given}
        raise NotAllowed("Only the builder grants a discount or a longer quote.", errors=errors)


def _discount(offer: Offer) -> Discount | None:
    percent, amount = offer.get("discount_percent"), offer.get("discount_amount")
    if percent and amount:
        text = "A discount is a percentage or an amount."
        raise InvalidValue(text, errors={"discount_amount": [text]})
    for name, value in (("discount_percent", percent), ("discount_amount", amount)):
        if value is not None and value < 0:
            raise InvalidValue(errors={name: ["Must not be below zero."]})
    if percent is not None and percent > HUNDRED:
        raise InvalidValue(errors={"discount_percent": ["Must be at most 100."]})
    if percent:
        return Discount(percent=percent)
    return Discount(amount=amount) if amount else None


def _first_state(unit: Unit, priced: PricedUnit, discount: Discount | None) -> QuoteState:
    if discount is None:
        return QuoteState.APPROVED
    is_above = is_above_limit(
        percent=discount.percent,
        amount=priced.sheet.discount_amount,
        base=priced.sheet.discount_base,
        limit=DISCOUNT_LIMIT_PERCENT.for_project(unit.project),
    )
    return QuoteState.APPROVAL_PENDING if is_above else QuoteState.APPROVED


def _store(actor: User, quote: Quote, *, unit: Unit, priced: PricedUnit, now: datetime) -> Quote:
    """With the cost sheet: the figures of a quote are written here and nowhere else."""
    sheet = priced.sheet
    quote.unit, quote.project, quote.currency = unit, unit.project, sheet.currency
    quote.price_list, quote.tax_class = priced.price_list, priced.tax_class
    quote.lines = priced.lines_json()
    quote.workings = [sheet.discount.as_json(), sheet.value_working.as_json()]
    quote.discount_amount = sheet.discount_amount
    quote.agreement_value, quote.other_charges = sheet.agreement_value, sheet.other_charges
    quote.tax_amount = priced.tax_amount
    quote.created_by, quote.created_at = actor, now
    quote.save(force_insert=True)
    facts = {"unit": unit.pk, "total_amount": quote.total_amount, "state": quote.state}
    audit.record(actor, quote, "quoted", after={**facts, "discount": quote.discount_amount})
    return quote
