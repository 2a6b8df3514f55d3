"""The edges of payments."""

from payments.views.checkouts import BookingCheckoutsView, CheckoutViewSet
from payments.views.receipts import BookingPaymentsView, PaymentViewSet, ReceiptView
from payments.views.webhooks import FakeGatewayPage, WebhookView

__all__ = [
    "BookingCheckoutsView",
    "BookingPaymentsView",
    "CheckoutViewSet",
    "FakeGatewayPage",
    "PaymentViewSet",
    "ReceiptView",
    "WebhookView",
]
