"""Who paid what: payments of bookings. Demands, allocations and the ledger will stand beside them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking
from payments.enums import PaymentMethod, PaymentStatus, PaymentType
from payments.querysets import PaymentQuerySet
from realestate.core.db.fields import (
    TimestampedModel,
    currency_field,
    enum_check,
    money_field,
    positive,
)


class Payment(TimestampedModel):
    """Money that a customer paid, or is to pay, for a booking."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    payment_type = models.CharField(max_length=12, choices=PaymentType)
    amount = money_field()
    currency = currency_field()
    payment_method = models.CharField(max_length=15, choices=PaymentMethod)
    payment_status = models.CharField(
        max_length=10, choices=PaymentStatus, default=PaymentStatus.COMPLETED
    )
    transaction_id = models.CharField(max_length=100, blank=True)
    due_date = models.DateField(null=True, blank=True)
    paid_date = models.DateField(
        null=True, blank=True, help_text="Value date, in the project's time zone."
    )
    notes = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Payment"]] = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("payment_type", "payment_type", PaymentType),
            enum_check("payment_method", "payment_method", PaymentMethod),
            enum_check("payment_status", "payment_status", PaymentStatus),
            positive("payment_amount", "amount"),
            models.CheckConstraint(
                name="completed_payment_has_a_date",
                condition=~Q(payment_status=PaymentStatus.COMPLETED) | Q(paid_date__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["booking", "payment_method", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="one_payment_per_transaction",
            ),
            # Without a transaction id the facts are the natural key, so that a retry is not recorded twice.
            models.UniqueConstraint(
                fields=["booking", "payment_type", "payment_method", "amount", "paid_date"],
                condition=Q(transaction_id=""),
                name="one_payment_without_transaction",
            ),
        ]
        indexes = [models.Index(fields=["booking", "paid_date", "id"], name="payment_by_booking")]

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def receipt_number(self) -> str:
        """The number on the receipt; derived from the key."""
        return f"RC-{self.pk:06d}"
