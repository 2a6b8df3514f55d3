"""What payments does: every write of money."""

from payments.services.receipts import DuplicatePayment, paid_for, record_payment

__all__ = ["DuplicatePayment", "paid_for", "record_payment"]
