"""Money that a gateway brought: it has arrived whatever we think of it, so nothing here refuses it (R5.4, R6)."""

from datetime import date, datetime
from decimal import Decimal

from accounts.models import User
from bookings.enums import BookingState
from bookings.models import Booking
from payments.enums import EntryKind, PaymentMethod, PaymentType, ReceiptState
from payments.models import Payment
from payments.services.booked import lock_any
from payments.services.caps import PreAgreementCap, refuse_beyond_cap
from payments.services.late import owe, take_up
from payments.services.posting import post
from payments.services.receipts import clear, in_account, refuse_amount, value_of
from payments.services.replay import replay
from realestate.core import audit, clock
from realestate.core.errors import InvalidValue
from realestate.core.transactions import service


@service
def receive_online(
    *,
    booking_id: int,
    payer: User,
    amount: Decimal,
    currency: str,
    transaction_id: str,
    initiated_at: datetime,
    paid_on: date,
) -> Payment:
    """Clear a receipt for money that a gateway reports; the same transaction twice is one receipt.

    Begun while the hold lived but confirmed after it lapsed: the claim is taken again; if the unit is gone the receipt
    stays cleared and a refund of the full amount is due (R5). Beyond the cap of R6 it is held apart until signature.
    Raises InvalidValue (400) for an amount of another currency.
    """
    booking = lock_any(booking_id)
    known = Payment.objects.filter(
        booking=booking, payment_method=PaymentMethod.ONLINE, transaction_id=transaction_id
    ).first()
    if known is not None:
        return known
    if currency != booking.currency:
        raise InvalidValue(errors={"currency": [f"The booking is in {booking.currency}."]})
    refuse_amount(booking, amount)
    is_alive = take_up(booking, initiated_at)
    booking = lock_any(booking_id)  # as it is now, if it has been brought back to life
    payment = Payment(
        booking=booking,
        project=booking.project,
        payment_type=_type_for(booking),
        amount=amount,
        currency=currency,
        payment_method=PaymentMethod.ONLINE,
        transaction_id=transaction_id,
        paid_date=min(paid_on, clock.today(booking.project.time_zone)),
        initiated_at=initiated_at,
        recorded_by=payer,
        state=ReceiptState.RECORDED,
    )
    payment.is_held_excess = is_alive and _is_beyond_cap(booking, payment)
    payment.save(force_insert=True)
    audit.record(audit.SYSTEM, payment, "received", after={"booking": booking.pk, "amount": amount})
    clear(audit.SYSTEM, booking, payment)
    if not is_alive:
        owe(booking, payment, "Paid after the unit was no longer reserved")
    return payment


@service
def release_held(*, booking_id: int) -> int:
    """R6: once the agreement is signed, money that was held apart counts. Says how many receipts."""
    booking = lock_any(booking_id)
    rows = list(Payment.objects.filter(booking=booking, is_held_excess=True).order_by("pk"))
    for payment in rows:
        if payment.state != ReceiptState.CLEARED:
            continue
        payment.is_held_excess = False
        payment.save(update_fields=["is_held_excess", "updated_at"])
        if in_account(payment):  # pragma: no branch  # maintenance is never held
            post(
                booking=booking,
                value_on=value_of(payment),
                kind=EntryKind.RECEIPT,
                credit=payment.amount,
                label=f"Online {payment.transaction_id}, held until the agreement",
                reference=payment.receipt_number,
                payment=payment,
            )
        audit.record(audit.SYSTEM, payment, "released", after={"is_held_excess": False})
    if rows:
        replay(audit.SYSTEM, booking)
    return len(rows)


def _type_for(booking: Booking) -> PaymentType:
    is_token = booking.state in {BookingState.ON_HOLD, BookingState.EXPIRED}
    return PaymentType.TOKEN if is_token else PaymentType.INSTALLMENT


def _is_beyond_cap(booking: Booking, payment: Payment) -> bool:
    try:
        refuse_beyond_cap(booking, payment)
    except PreAgreementCap:
        return True
    return False
