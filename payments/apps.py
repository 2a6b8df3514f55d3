"""Registers the payments app and what it lends and hears."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments: who paid what."""

    name = "payments"

    def ready(self) -> None:
        """Lend the figures that bookings show; listen to bookings."""
        from bookings.models import Booking  # models exist only now
        from payments import figures, receivers  # noqa: F401  # receivers register themselves
        from payments.imports import ReceiptImport
        from realestate.core.figures import lend
        from realestate.core.imports import register_kind

        lend(
            Booking,
            paid_amount=figures.paid_amount,
            pending_amount=figures.pending_amount,
            payment_progress=figures.payment_progress,
            next_payment_amount=figures.next_payment_amount,
            next_payment_due=figures.next_payment_due,
        )
        register_kind(ReceiptImport())
