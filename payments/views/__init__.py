"""The edges of payments."""

from payments.views.receipts import BookingPaymentsView, PaymentViewSet, ReceiptView

__all__ = ["BookingPaymentsView", "PaymentViewSet", "ReceiptView"]
