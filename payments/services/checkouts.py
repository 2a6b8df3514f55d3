"""Beginning to pay online. The edge asks the gateway, between two of these services: never under a lock."""

from decimal import Decimal

from django.db.models import F, Sum

from accounts.models import User
from bookings.enums import BookingState
from bookings.models import Booking
from bookings.services import lock_booking, refuse_dead
from payments.enums import CheckoutAction, EventOutcome, Gateway, PaymentType
from payments.models import Allocation, Checkout, Demand, DemandLine, GatewayEvent, Payment
from payments.rules.checkouts import CHECKOUT_TRANSITIONS
from payments.services.caps import refuse_beyond_cap
from payments.services.receipts import paid_for
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue, NotAllowed
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.money import ZERO, has_minor_precision
from realestate.core.states import advance
from realestate.core.transactions import service


class NothingToPay(DomainError):
    """There is nothing left to pay here."""

    code, status = "nothing_to_pay", 409


@service
def begin_checkout(
    *,
    actor: User,
    booking_id: int,
    gateway: Gateway,
    demand_id: int | None = None,
    amount: Decimal | None = None,
) -> Checkout:
    """A customer's attempt to pay online for its own booking: begun now, which decides whether its hold lives (R5.4).

    The amount is what is open of the demand, or else what is missing of the token while on hold; or a smaller one that
    is given. With neither a demand nor a hold it must be given.
    Raises InvalidTransition for a booking that is over or a hold that has lapsed, NothingToPay (409), InvalidValue
    (400), NotAllowed for builders; DoesNotExist for bookings and demands of others.
    """
    if actor.user_type != Role.CUSTOMER:
        raise NotAllowed("Only the customer pays online.")
    now = clock.now()
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, now)
    if booking.unit_id is None:
        raise InvalidTransition(state=booking.state, allowed=[])
    demand = None if demand_id is None else Demand.objects.filter(booking=booking).get(pk=demand_id)
    wanted = _amount(booking, demand, amount)
    _refuse_beyond_cap(actor, booking, wanted)
    checkout = Checkout.objects.create(
        booking=booking,
        demand=demand,
        gateway=gateway,
        amount=wanted,
        currency=booking.currency,
        begun_by=actor,
        begun_at=now,
    )
    audit.record(
        actor,
        checkout,
        "begun",
        after={"booking": booking.pk, "amount": wanted, "gateway": gateway},
    )
    return checkout


@service
def checkout_opened(*, checkout_id: int, external_id: str, url: str) -> Checkout:
    """The gateway has made its page. What it told of the payment before we could store this is applied now."""
    checkout = lock(Checkout.objects.all(), checkout_id)
    checkout.external_id, checkout.url = external_id, url
    checkout.save(update_fields=["external_id", "url"])
    early = GatewayEvent.objects.filter(
        gateway=checkout.gateway,
        outcome=EventOutcome.WAITING,
        payload__facts__external_id=external_id,
    )
    for event_id in early.order_by("pk").values_list("pk", flat=True):
        defer("payments.apply_gateway_event", event_id=event_id)
    return checkout


@service
def checkout_not_opened(*, checkout_id: int, reason: str) -> Checkout:
    """The gateway could not be asked or has refused: nobody can pay on this attempt."""
    checkout = lock(Checkout.objects.all(), checkout_id)
    advance(checkout, CHECKOUT_TRANSITIONS, CheckoutAction.FAIL)
    checkout.failure, checkout.finished_at = reason[:300], clock.now()
    checkout.save(update_fields=["failure", "finished_at"])
    audit.record(audit.SYSTEM, checkout, "not opened", reason=reason[:300])
    return checkout


def open_amount(demand: Demand) -> Decimal:
    """What of a demand is neither paid nor credited; never below zero."""
    lines = DemandLine.objects.filter(demand=demand)
    asked = lines.aggregate(asked=Sum(F("principal") + F("tax"), default=ZERO))["asked"]
    mine = Allocation.objects.live().filter(demand_line__demand=demand)
    return Decimal(max(asked - mine.aggregate(paid=Sum("amount", default=ZERO))["paid"], ZERO))


def _amount(booking: Booking, demand: Demand | None, amount: Decimal | None) -> Decimal:
    if amount is not None and not (amount > 0 and has_minor_precision(amount, booking.currency)):
        raise InvalidValue(errors={"amount": [f"Not an amount in {booking.currency}."]})
    still = _still_due(booking, demand)
    if still is not None and still <= 0:
        raise NothingToPay
    if still is not None and amount is not None and amount > still:
        raise InvalidValue(errors={"amount": [f"Only {still} is open."]})
    found = amount if amount is not None else still
    if found is None:
        raise InvalidValue(errors={"amount": ["Say how much, or name a demand."]})
    return found


def _still_due(booking: Booking, demand: Demand | None) -> Decimal | None:
    """What is open of the demand, or of the token of a hold; None where neither says how much."""
    if demand is not None:
        return open_amount(demand)
    if booking.state == BookingState.ON_HOLD:
        return (booking.token_amount or ZERO) - paid_for(booking.pk)
    return None


def _refuse_beyond_cap(actor: User, booking: Booking, amount: Decimal) -> None:
    """R6, softly: money beyond the cap is refused before it is paid. Raises PreAgreementCap (422)."""
    refuse_beyond_cap(
        booking,
        Payment(
            booking=booking,
            amount=amount,
            currency=booking.currency,
            payment_type=PaymentType.INSTALLMENT,
            paid_date=clock.today(booking.project.time_zone),
            recorded_by=actor,
        ),
    )
