"""Money that nobody asked for speaks: to who looks after it, and kindly to the buyer (R5, R6)."""

from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import buyer, tell, who_decides
from payments.enums import Surprise
from payments.events import UnexpectedPayment
from payments.models import Checkout, Payment, Refund
from realestate.core.amounts import format_day, format_money
from realestate.core.enums import Duty
from realestate.core.events import on


@on(UnexpectedPayment)
def tell_of_unexpected_money(event: UnexpectedPayment) -> None:
    """The builder and staff: how much, why it is odd and where it is; the buyer: that it is safe, and what comes next.

    Nothing is said to the buyer of what could not be read: it is still at the gateway, where a person looks into it.
    """
    checkout = Checkout.objects.select_related("booking__customer", "booking__project").get(
        pk=event.checkout_id
    )
    booking = checkout.booking
    number, gateway = booking.booking_number, checkout.get_gateway_display()
    payment = None if event.payment_id is None else Payment.objects.get(pk=event.payment_id)
    amount = format_money(payment.amount, payment.currency) if payment else "a payment"
    where = _where_it_is(payment)
    related = ("payment", payment.pk) if payment else ("booking", booking.pk)
    key = f"payment:{payment.pk}" if payment else f"checkout:{checkout.pk}:{event.note}"[:150]
    tell(
        *who_decides(booking.project.builder_id, Duty.FINANCE),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Unexpected payment",
        message=f"{gateway} reports {amount} of {booking.customer.full_name} for booking {number} that nobody asked for"
        f" so. {Surprise(event.surprise).label}. {where}",
        related=related,
        dedupe_key=f"{key}:unexpected",
        priority=Priority.HIGH,
    )
    if payment is None:
        return
    tell(
        buyer(booking.customer_id),
        notification_type=NotificationType.PAYMENT_DUE,
        title="We received a payment that we did not expect",
        message=f"Thank you: {amount} arrived for booking {number}. {Surprise(event.surprise).label}. Your money is"
        f" safe. {where}",
        related=related,
        dedupe_key=f"{key}:unexpected:buyer",
    )


def _where_it_is(payment: Payment | None) -> str:
    if payment is None:
        return "It is not recorded; please look into it at the gateway."
    refund = Refund.objects.filter(payment=payment).first()
    if refund is not None:
        return f"It will be returned by {format_day(refund.due_on)}."
    if payment.is_held_excess:
        return "It is held apart until the agreement is signed."
    return "It counts for the booking; what is not open yet is kept as an advance."
