"""Payments speak: the customer reads that the money has arrived."""

from babel.numbers import format_currency

from notifications import services
from notifications.enums import NotificationType
from payments.events import PaymentRecorded
from payments.models import Payment
from realestate.core.events import on

LOCALE = "en_IN"  # 42,40,501.50 as Indian buyers write it


@on(PaymentRecorded)
def tell_customer(event: PaymentRecorded) -> None:
    """Amount, kind and booking; the builder, too, when somebody else recorded it."""
    payment = Payment.objects.select_related("booking__project").get(pk=event.payment_id)
    booking = payment.booking
    amount = format_currency(payment.amount, payment.currency, locale=LOCALE)
    kind = payment.get_payment_type_display().lower()
    sides = (
        (booking.customer_id, "/customer/bookings"),
        (booking.project.builder_id, "/builder/bookings"),
    )
    for person, url in sides:
        if person != payment.recorded_by_id:
            services.notify(
                user_ids=[person],
                notification_type=NotificationType.PAYMENT_DUE,
                title="Payment recorded",
                message=f"{amount} ({kind}) was recorded for booking {booking.booking_number}.",
                related=("payment", payment.pk),
                dedupe_key=f"payment:{payment.pk}:recorded",
                action_url=url,
            )
