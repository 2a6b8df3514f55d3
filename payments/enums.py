"""Words of the payments app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class PaymentType(TextChoices):
    """What a payment is for."""

    TOKEN = "token", "Token"
    INSTALLMENT = "installment", "Instalment"
    FINAL = "final", "Final payment"
    MAINTENANCE = "maintenance", "Maintenance"
    PENALTY = "penalty", "Penalty"
    OTHER = "other", "Other"


class PaymentMethod(TextChoices):
    """How it was paid."""

    CASH = "cash", "Cash"
    CHEQUE = "cheque", "Cheque"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    ONLINE = "online", "Online"
    LOAN = "loan", "Loan"


class PaymentStatus(TextChoices):
    """Whether the money has arrived."""

    PENDING = "pending", "Pending"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    REFUNDED = "refunded", "Refunded"


NOT_FOR_THE_PRICE = frozenset({PaymentType.MAINTENANCE, PaymentType.PENALTY})
