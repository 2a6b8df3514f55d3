"""What gateways tell: kept once when it comes, applied later by a job, in whatever order and however often (D14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from accounts.models import User
from payments.enums import (
    CheckoutAction,
    CheckoutState,
    EventOutcome,
    Gateway,
    Surprise,
)
from payments.models import Checkout, GatewayEvent, Payment
from payments.rules.checkouts import CHECKOUT_TRANSITIONS
from payments.services.booked import lock_any
from payments.services.online import receive_online
from payments.services.unexpected import (
    WHAT_BECOMES,
    is_bookable,
    known_payment,
    say,
    surprise_after,
    surprise_before,
)
from realestate.core import audit, clock
from realestate.core.errors import InvalidTransition
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service

UNKNOWN_FOR = timedelta(days=1)  # an event may be faster than the answer that names its payment
LATE = timedelta(minutes=2)  # an event that waits longer has lost its job
BATCH = 200  # events per run; the next run takes the rest


@dataclass(frozen=True)
class Told:
    """What an event says, read back from where it was stored."""

    outcome: str
    external_id: str
    amount: Decimal | None
    currency: str
    transaction_id: str
    paid_at: datetime | None
    failure: str

    @classmethod
    def of(cls, event: GatewayEvent) -> "Told":
        """From the facts beside the body."""
        facts = event.payload["facts"]
        return cls(
            outcome=facts["outcome"],
            external_id=facts["external_id"],
            amount=None if facts["amount"] is None else Decimal(facts["amount"]),
            currency=facts["currency"],
            transaction_id=facts["transaction_id"],
            paid_at=facts["paid_at"] and datetime.fromisoformat(facts["paid_at"]),
            failure=facts["failure"],
        )


@service
def keep_event(
    *,
    gateway: Gateway,
    event_id: str,
    kind: str,
    facts: Mapping[str, str | None],
    body: Mapping[str, Any],
) -> bool:
    """Store a verified event and ask for it to be applied. Says whether it is new; nothing else happens here."""
    event, is_new = GatewayEvent.objects.get_or_create(
        gateway=gateway,
        event_id=event_id,
        defaults={
            "kind": kind,
            "payload": {"facts": dict(facts), "body": dict(body)},
            "received_at": clock.now(),
        },
    )
    if is_new:
        defer("payments.apply_gateway_event", event_id=event.pk)
    return is_new


@service
def apply_event(*, event_id: int) -> GatewayEvent:
    """Do what an event says to its checkout, once. Safe in any order, repeated, and at the same moment as others.

    An event of a payment that is not known yet goes on waiting for a day. Raises what receiving the money raises;
    then the event is still waiting.
    """
    event = GatewayEvent.objects.get(pk=event_id)
    told = Told.of(event)
    checkout = _locked_checkout(event, told)
    event.refresh_from_db()  # the lock on the checkout puts all its events in a row
    if event.outcome != EventOutcome.WAITING:
        return event
    if checkout is None:
        return _unknown(event, told)
    if told.outcome == "succeeded":
        return _succeed(event, checkout, told)
    if told.outcome == "failed":
        return _fail(event, checkout, told)
    return _settle(event, EventOutcome.IGNORED, "Says nothing about the outcome.")


@service
def apply_again(*, actor: User, event_id: int) -> GatewayEvent:
    """By hand, from the back office. Raises InvalidTransition (409) for an event that is not waiting."""
    outcome = GatewayEvent.objects.get(pk=event_id).outcome
    if outcome != EventOutcome.WAITING:
        raise InvalidTransition(state=outcome, allowed=[])
    event = apply_event(event_id=event_id)
    audit.record(actor, event, "applied again", after={"outcome": event.outcome})
    return event


@service
def note_refusal(*, event_id: int, text: str) -> None:
    """Say on a waiting event why it could not be applied; it is tried again."""
    rows = GatewayEvent.objects.filter(pk=event_id, outcome=EventOutcome.WAITING)
    rows.update(note=text[:300])


def waiting_events() -> list[int]:
    """Events whose job was lost or refused: those never tried come first, so that no others keep them from it."""
    rows = GatewayEvent.objects.filter(
        outcome=EventOutcome.WAITING, received_at__lt=clock.now() - LATE
    )
    tried = Case(When(note="", then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(rows.order_by(tried, "received_at", "pk").values_list("pk", flat=True)[:BATCH])


def _locked_checkout(event: GatewayEvent, told: Told) -> Checkout | None:
    if not told.external_id:
        return None
    rows = Checkout.objects.filter(gateway=event.gateway, external_id=told.external_id)
    pk = rows.values_list("pk", flat=True).first()
    return None if pk is None else lock(Checkout.objects.all(), pk)


def _unknown(event: GatewayEvent, told: Told) -> GatewayEvent:
    if told.outcome == "other" or not told.external_id:
        return _settle(event, EventOutcome.IGNORED, "Not about a payment of ours.")
    if clock.now() - event.received_at > UNKNOWN_FOR:
        return _settle(event, EventOutcome.IGNORED, "No checkout of ours has this id.")
    event.note = "Waits for its checkout."
    event.save(update_fields=["note"])
    return event


def _succeed(event: GatewayEvent, checkout: Checkout, told: Told) -> GatewayEvent:
    """Record what was paid, whatever was asked for: the money is there, and each transaction is recorded once."""
    lock_any(checkout.booking_id)  # what is open is counted under the lock
    known = known_payment(checkout, told.transaction_id)
    if known is not None and checkout.payment is not None:
        return _settle(event, EventOutcome.IGNORED, "Already recorded.")
    other = f"Paid {told.amount} {told.currency} instead of {checkout.amount} {checkout.currency}"
    amount = told.amount
    is_readable = is_bookable(checkout, amount, told.currency, told.transaction_id)
    if amount is None or not is_readable or (known is not None and known.amount != amount):
        return _alert(event, checkout, f"{other}: not recorded.")
    before = surprise_before(checkout, amount)
    payment = _receive(checkout, told, amount)
    if checkout.payment is None:
        checkout.payment, checkout.failure, checkout.finished_at = payment, "", clock.now()
        checkout.save(update_fields=["payment", "failure", "finished_at"])
        _move(event, checkout, CheckoutAction.SUCCEED)
    surprise = surprise_after(payment, before)
    if surprise is None:
        return _settle(event, EventOutcome.APPLIED)
    note = WHAT_BECOMES.get(surprise, f"{other}.")
    if surprise == Surprise.PAID_TWICE:
        note = f"Paid a second time: {told.transaction_id}."
    say(checkout, event_id=event.event_id, surprise=surprise, note=note, payment=payment)
    return _settle(event, EventOutcome.APPLIED, note)


def _receive(checkout: Checkout, told: Told, amount: Decimal) -> Payment:
    return receive_online(
        booking_id=checkout.booking_id,
        amount=amount,
        currency=checkout.currency,
        transaction_id=told.transaction_id,
        initiated_at=checkout.begun_at,
        paid_on=_value_date(checkout, told, clock.now()),
        payer=checkout.begun_by,
    )


def _fail(event: GatewayEvent, checkout: Checkout, told: Told) -> GatewayEvent:
    if checkout.state != CheckoutState.OPEN:
        return _settle(event, EventOutcome.IGNORED, f"The checkout has {checkout.state} already.")
    checkout.failure, checkout.finished_at = told.failure, clock.now()
    checkout.save(update_fields=["failure", "finished_at"])
    _move(event, checkout, CheckoutAction.FAIL)
    return _settle(event, EventOutcome.APPLIED)


def _move(event: GatewayEvent, checkout: Checkout, action: CheckoutAction) -> None:
    old, new = advance(checkout, CHECKOUT_TRANSITIONS, action)
    audit.record(
        audit.SYSTEM,
        checkout,
        "moved",
        before={"state": old},
        after={"state": new, "event": event.event_id, "payment": checkout.payment_id},
    )


def _alert(event: GatewayEvent, checkout: Checkout, note: str) -> GatewayEvent:
    """What cannot be a receipt of the booking: a person has to look into it at the gateway."""
    say(checkout, event_id=event.event_id, surprise=Surprise.UNREADABLE, note=note)
    return _settle(event, EventOutcome.IGNORED, note)


def _settle(event: GatewayEvent, outcome: EventOutcome, note: str = "") -> GatewayEvent:
    event.outcome, event.note, event.applied_at = outcome, note, clock.now()
    rows = GatewayEvent.objects.filter(pk=event.pk, outcome=EventOutcome.WAITING)
    if not rows.update(outcome=event.outcome, note=event.note, applied_at=event.applied_at):
        raise InvalidTransition(state=event.outcome, allowed=[])
    return event


def _value_date(checkout: Checkout, told: Told, now: datetime) -> date:
    """The day on which it was paid in the project's zone; a gateway's clock may be ahead, its days are not."""
    zone = checkout.booking.project.time_zone
    return clock.local(min(told.paid_at or now, now), zone).date()
