"""Back-office pages for money."""

from payments.admin.receipts import PaymentAdmin

__all__ = ["PaymentAdmin"]
