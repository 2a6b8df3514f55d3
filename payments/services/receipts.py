"""Receipts: money is recorded, cleared, rejected and reversed, each with its booking locked (R8)."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db.models import Sum

from accounts.models import User
from bookings.enums import BookingState
from bookings.models import Booking
from bookings.services import lock_booking, pay_token, refuse_dead, state_at
from payments.enums import (
    NOT_FOR_THE_PRICE,
    DemandKind,
    EntryKind,
    PaymentMethod,
    PaymentType,
    ReceiptAction,
    ReceiptState,
)
from payments.events import PaymentRecorded, PaymentRejected, PaymentReversed
from payments.models import Payment
from payments.models.receipts import GONE, UNDECIDED
from payments.rules.receipts import RECEIPT_TRANSITIONS
from payments.services.booked import lock_for, refuse_buyers
from payments.services.caps import refuse_beyond_cap
from payments.services.demands import Wanted, raise_demand
from payments.services.facts import OUTSIDE_THE_ACCOUNT
from payments.services.late import owe, take_up
from payments.services.numbers import number_for
from payments.services.posting import post
from payments.services.replay import replay
from payments.services.terms import terms_of
from projects.enums import TaxClass
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError, InvalidTransition, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import MAX_DIGITS, ZERO, has_minor_precision
from realestate.core.states import advance, allowed_actions
from realestate.core.transactions import service

BUILDERS_RECORD = "Only the builder records payments; you can send a proof of payment."
ENTRY_OF = {PaymentMethod.WITHHOLDING: EntryKind.WITHHOLDING}
TOO_MUCH = Decimal(10) ** (MAX_DIGITS - 2)


class DuplicatePayment(DomainError):
    """This payment is already recorded; a second one like it needs a transaction id of its own."""

    code, status = "duplicate_payment", 409


class ReasonMissing(DomainError):
    """Please say why."""

    code, status = "reason_missing", 422


register_conflict("one_payment_per_transaction", DuplicatePayment)
register_conflict("one_payment_without_transaction", DuplicatePayment)


class Facts(TypedDict, total=False):
    """What else is known about a payment."""

    transaction_id: str
    paid_date: date | None
    due_date: date | None
    notes: str
    initiated_at: datetime | None
    proof_id: int | None
    certificate_number: str


@service
def record_payment(
    *,
    actor: User,
    booking_id: int,
    payment_type: PaymentType,
    amount: Decimal,
    payment_method: PaymentMethod,
    is_cleared: bool = True,
    **facts: Unpack[Facts],
) -> Payment:
    """Record money, by the project's builder or staff (contract 7.5); cleared at once unless it says otherwise.

    ``paid_date`` is the value date, today in the project's zone unless it says. When the token is reached and the hold
    is live, the booking moves on in the same transaction (R5.4). Money beyond what is open stays an advance (R8.4).
    Raises DuplicatePayment, InvalidTransition (409), PreAgreementCap (422), InvalidValue (400), NotAllowed;
    DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_RECORD)
    booking = lock_booking(actor, booking_id)
    payment = new_payment(
        booking,
        recorded_by=actor,
        payment_type=payment_type,
        amount=amount,
        payment_method=payment_method,
        **facts,
    )
    payment.state = ReceiptState.RECORDED
    if not is_cleared:  # the hold need not live until it is (R5)
        payment.initiated_at = payment.initiated_at or clock.now()
    payment.save(force_insert=True)
    audit.record(actor, payment, "recorded", after={"booking": booking.pk, "amount": amount})
    if is_cleared:
        clear(actor, booking, payment)
    return payment


@service
def clear_payment(*, actor: User, payment_id: int, paid_date: date | None = None) -> Payment:
    """Accept a proof or a recorded cheque: the money has arrived, on ``paid_date`` if that differs (R8.1).

    If the hold lapsed since it was sent, the unit is taken again; if that is gone, or the booking is over, the whole
    amount is owed back (R5).
    Raises NotAllowed for customers, InvalidTransition (409), PreAgreementCap (422), InvalidValue (400).
    """
    refuse_buyers(actor, BUILDERS_RECORD)
    payment, booking = _locked(actor, payment_id)
    if payment.state not in UNDECIDED:
        allowed = allowed_actions(RECEIPT_TRANSITIONS, payment.state)
        raise InvalidTransition(state=payment.state, allowed=allowed)
    is_alive = take_up(booking, payment.initiated_at or payment.created_at)
    booking = lock_for(actor, booking.pk)  # as it is now, if it has been brought back to life
    if paid_date is not None:
        payment.paid_date = value_date(booking, paid_date)
        payment.save(update_fields=["paid_date", "updated_at"])
    refuse_beyond_cap(booking, payment)
    clear(actor, booking, payment)
    if not is_alive:
        owe(booking, payment, "Cleared after the unit was no longer reserved")
    return payment


@service
def reject_payment(*, actor: User, payment_id: int, reason: str) -> Payment:
    """Refuse a proof or a recorded payment; it never counted (R8.1). Raises ReasonMissing (422), InvalidTransition."""
    refuse_buyers(actor, BUILDERS_RECORD)
    payment, booking = _locked(actor, payment_id)
    _require(reason)
    advance(payment, RECEIPT_TRANSITIONS, ReceiptAction.REJECT)
    _decide(actor, payment, reason)
    audit.record(actor, payment, "rejected", reason=reason)
    publish(PaymentRejected(payment_id=payment.pk, booking_id=booking.pk))
    return payment


@service
def reverse_payment(
    *, actor: User, payment_id: int, reason: str, with_charge: bool = True
) -> Payment:
    """R8.6: a cleared payment is gone again. What it paid is open, interest is computed anew from its value date.

    The bounce charge of the booking's terms becomes a debit of its own unless ``with_charge`` is false.
    Raises ReasonMissing (422), InvalidTransition (409), NotAllowed for customers.
    """
    refuse_buyers(actor, BUILDERS_RECORD)
    payment, booking = _locked(actor, payment_id)
    refuse_dead(booking, clock.now())  # its account was settled
    _require(reason)
    advance(payment, RECEIPT_TRANSITIONS, ReceiptAction.REVERSE)
    payment.reversed_by, payment.reversed_at = actor, clock.now()
    payment.state_reason = reason
    payment.save(update_fields=["reversed_by", "reversed_at", "state_reason", "updated_at"])
    if in_account(payment):
        post(
            booking=booking,
            value_on=value_of(payment),
            kind=EntryKind.REVERSAL,
            debit=payment.amount,
            label=f"Reversal of {payment.receipt_number}: {reason}"[:300],
            reference=payment.receipt_number,
            payment=payment,
        )
        charge = terms_of(booking).bounce_charge
        if with_charge and charge > 0:
            _charge_bounce(actor, booking, payment, charge)
        replay(actor, booking)
    audit.record(actor, payment, "reversed", after={"amount": payment.amount}, reason=reason)
    publish(PaymentReversed(payment_id=payment.pk, booking_id=booking.pk))
    return payment


def new_payment(
    booking: Booking, *, recorded_by: User, amount: Decimal, **facts: object
) -> Payment:
    """A checked payment that is not stored yet, within the caller's service and with the booking locked.

    Raises InvalidTransition (409) for a booking that is over or has no unit, InvalidValue (400) for an amount that is
    not positive or too precise or a date in the future, DuplicatePayment (409), PreAgreementCap (422).
    """
    refuse_dead(booking, clock.now())
    if booking.unit_id is None:
        raise InvalidTransition(state=booking.state, allowed=[])
    refuse_amount(booking, amount)
    day = facts.pop("paid_date", None)
    payment = Payment(
        booking=booking,
        project=booking.project,
        amount=amount,
        currency=booking.currency,
        recorded_by=recorded_by,
        paid_date=value_date(booking, day if isinstance(day, date) else None),
        **facts,
    )
    _refuse_twin(payment)
    refuse_beyond_cap(booking, payment)
    return payment


def clear(actor: User | None, booking: Booking, payment: Payment) -> None:
    """The money is there: number, ledger, allocation, and the booking's step if the token is reached (R5.4, R8.1)."""
    advance(payment, RECEIPT_TRANSITIONS, ReceiptAction.CLEAR, changes=_number(booking, payment))
    _decide(actor, payment, "")
    if in_account(payment):
        post(
            booking=booking,
            value_on=value_of(payment),
            kind=ENTRY_OF.get(PaymentMethod(payment.payment_method), EntryKind.RECEIPT),
            credit=payment.amount,
            label=_label(payment),
            reference=payment.receipt_number,
            payment=payment,
        )
        replay(actor, booking)
    audit.record(actor, payment, "cleared", after={"receipt_number": payment.receipt_number})
    publish(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    if payment.payment_type not in NOT_FOR_THE_PRICE:
        _move_when_token_is_paid(actor, booking)


def refuse_amount(booking: Booking, amount: Decimal) -> None:
    """Raises InvalidValue (400) for an amount that cannot be paid in the booking's currency."""
    if not ZERO < amount < TOO_MUCH or not has_minor_precision(amount, booking.currency):
        raise InvalidValue(errors={"amount": [f"Not an amount in {booking.currency}."]})


def value_date(booking: Booking, day: date | None) -> date:
    """The value date of a payment, today unless it says.

    Raises InvalidValue (400) for a day to come and for one before the project began.
    """
    today, began = clock.today(booking.project.time_zone), booking.project.start_date
    if day is not None and day > today:
        raise InvalidValue(errors={"paid_date": ["A payment cannot be dated in the future."]})
    if day is not None and began is not None and day < began:
        raise InvalidValue(errors={"paid_date": ["Must not be before the project began."]})
    return day or today


def in_account(payment: Payment) -> bool:
    """Whether a payment belongs into the account of the purchase: maintenance does not, held excess not yet (R6)."""
    return payment.payment_type not in OUTSIDE_THE_ACCOUNT and not payment.is_held_excess


def value_of(payment: Payment) -> date:
    """The value date of a payment that has one."""
    if payment.paid_date is None:  # pragma: no cover  # the constraint completed_payment_has_a_date
        raise InvalidValue(errors={"paid_date": ["This field is required."]})
    return payment.paid_date


def paid_for(booking_id: int, *, until: int | None = None) -> Decimal:
    """What counts as paid for a booking (contract 0.8); ``until`` a payment, in the order they were recorded."""
    counted = Payment.objects.counted().filter(booking=booking_id)
    if until is not None:
        counted = counted.filter(pk__lte=until)
    return Decimal(counted.aggregate(paid=Sum("amount", default=ZERO))["paid"])


def _locked(actor: User, payment_id: int) -> tuple[Payment, Booking]:
    """The payment, then its booking: locks go down the ladder."""
    payment = lock(Payment.objects.for_user(actor), payment_id)
    return payment, lock_for(actor, payment.booking_id)


def _number(booking: Booking, payment: Payment) -> dict[str, object]:
    """R8.1: gap-free per project and financial year, given when the money has arrived."""
    period, serial, number = number_for(booking, "receipt", value_of(payment))
    return {"period": period, "serial": serial, "receipt_number": number}


def _decide(actor: User | None, payment: Payment, reason: str) -> None:
    payment.decided_by, payment.decided_at, payment.state_reason = actor, clock.now(), reason
    payment.save(update_fields=["decided_by", "decided_at", "state_reason", "updated_at"])


def _require(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing


def _label(payment: Payment) -> str:
    method = PaymentMethod(payment.payment_method).label
    return f"{method} {payment.transaction_id}".strip()


def _charge_bounce(actor: User, booking: Booking, payment: Payment, charge: Decimal) -> None:
    day = clock.today(booking.project.time_zone)
    raise_demand(
        actor=actor,
        booking=booking,
        kind=DemandKind.CHARGE,
        lines=[
            Wanted(
                label=f"Charge for the returned payment {payment.receipt_number}",
                principal=charge,
                tax_class=TaxClass.EXEMPT,
                in_consideration=False,
            )
        ],
        issued_on=day,
    )


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


def _move_when_token_is_paid(actor: User | None, booking: Booking) -> None:
    if state_at(booking, clock.now()) == BookingState.ON_HOLD and paid_for(booking.pk) >= (
        booking.token_amount or 0
    ):
        pay_token(actor=actor, booking_id=booking.pk)
