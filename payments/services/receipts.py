"""Every write of payments: money that arrived is recorded, once, with its booking locked."""

from datetime import date
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db.models import Sum

from accounts.models import User
from bookings.enums import BookingAction, BookingState
from bookings.models import Booking
from bookings.services import lock_booking, move_booking, refuse_dead
from payments.enums import NOT_FOR_THE_PRICE, PaymentMethod, PaymentType, ReceiptState
from payments.events import PaymentRecorded
from payments.models import Payment
from payments.models.receipts import GONE
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.money import ZERO, has_minor_precision
from realestate.core.numbering import financial_year, next_number
from realestate.core.transactions import service


class DuplicatePayment(DomainError):
    """This payment is already recorded; a second one like it needs a transaction id of its own."""

    code, status = "duplicate_payment", 409


register_conflict("one_payment_per_transaction", DuplicatePayment)
register_conflict("one_payment_without_transaction", DuplicatePayment)


class Facts(TypedDict, total=False):
    """What else is known about a payment."""

    transaction_id: str
    paid_date: date | None
    due_date: date | None
    notes: str


@service
def record_payment(
    *,
    actor: User,
    booking_id: int,
    payment_type: PaymentType,
    amount: Decimal,
    payment_method: PaymentMethod,
    **facts: Unpack[Facts],
) -> Payment:
    """Record money that arrived, by the project's builder or staff (contract 7.5).

    ``paid_date`` is the value date, today in the project's zone unless it says. When the token is reached and the hold
    is live, the booking moves on in the same transaction (R5.4). Money beyond the price stays an advance (R8.4).
    Raises DuplicatePayment, InvalidTransition (409), InvalidValue (400), NotAllowed; DoesNotExist for strangers.
    """
    if actor.user_type == Role.CUSTOMER:
        raise NotAllowed("Only the builder records payments.")
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, clock.now())
    if booking.unit_id is None:
        raise InvalidTransition(state=booking.state, allowed=[])
    if amount <= 0 or not has_minor_precision(amount, booking.currency):
        raise InvalidValue(errors={"amount": [f"Not an amount in {booking.currency}."]})
    payment = Payment(
        booking=booking,
        payment_type=payment_type,
        amount=amount,
        currency=booking.currency,
        payment_method=payment_method,
        state=ReceiptState.CLEARED,
        project=booking.project,
        recorded_by=actor,
        **{**facts, "paid_date": _value_date(booking, facts.get("paid_date"))},
    )
    _refuse_twin(payment)
    _number(payment)
    payment.save(force_insert=True)
    audit.record(actor, payment, "recorded", after={"booking": booking.pk, "amount": amount})
    publish(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    if payment_type not in NOT_FOR_THE_PRICE:
        _move_when_token_is_paid(actor, booking)
    return payment


def paid_for(booking_id: int, *, until: int | None = None) -> Decimal:
    """What counts as paid for a booking (contract 0.8); ``until`` a payment, in the order they were recorded."""
    counted = Payment.objects.counted().filter(booking=booking_id)
    if until is not None:
        counted = counted.filter(pk__lte=until)
    return Decimal(counted.aggregate(paid=Sum("amount", default=ZERO))["paid"])


def _value_date(booking: Booking, day: date | None) -> date:
    today = clock.today(booking.project.time_zone)
    if day is not None and day > today:
        raise InvalidValue(errors={"paid_date": ["A payment cannot be dated in the future."]})
    return day or today


def _number(payment: Payment) -> None:
    """R8.1: gap-free per project and financial year, given when the money has arrived."""
    if payment.paid_date is None:  # pragma: no cover  # the constraint completed_payment_has_a_date
        raise InvalidValue
    payment.period = financial_year(payment.paid_date)
    payment.serial = next_number("receipt", scope_id=payment.project_id, period=payment.period)
    payment.receipt_number = f"RC-{payment.project_id}/{payment.period}/{payment.serial:05d}"


def _refuse_twin(payment: Payment) -> None:
    """The polite check; two constraints keep it (also against two requests at the same time)."""
    rows = Payment.objects.exclude(state__in=GONE).filter(
        booking=payment.booking,
        payment_method=payment.payment_method,
        transaction_id=payment.transaction_id,
    )
    if not payment.transaction_id:
        rows = rows.filter(
            payment_type=payment.payment_type, amount=payment.amount, paid_date=payment.paid_date
        )
    if rows.exists():
        raise DuplicatePayment


def _move_when_token_is_paid(actor: User, booking: Booking) -> None:
    if booking.state == BookingState.ON_HOLD and paid_for(booking.pk) >= (
        booking.token_amount or 0
    ):
        move_booking(actor=actor, booking_id=booking.pk, action=BookingAction.PAY_TOKEN)
