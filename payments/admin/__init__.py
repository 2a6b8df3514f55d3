"""Back-office pages for money."""

from payments.admin.gateway import CheckoutAdmin, GatewayEventAdmin
from payments.admin.receipts import PaymentAdmin

__all__ = ["CheckoutAdmin", "GatewayEventAdmin", "PaymentAdmin"]
