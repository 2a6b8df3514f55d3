"""Receipts: money that a customer paid, from the proof that it sent to the reversal of a bounced cheque (R8)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Upper

from bookings.models import Booking
from payments.enums import PaymentMethod, PaymentStatus, PaymentType, ReceiptState
from payments.querysets import PaymentQuerySet
from projects.models import Project
from realestate.core.db.fields import (
    TimestampedModel,
    currency_field,
    enum_check,
    money_field,
    positive,
)
from realestate.core.models import StoredFile

STATUS_OF_STATE = {  # the contract's words (8.1)
    ReceiptState.SUBMITTED: PaymentStatus.PENDING,
    ReceiptState.RECORDED: PaymentStatus.PENDING,
    ReceiptState.CLEARED: PaymentStatus.COMPLETED,
    ReceiptState.REJECTED: PaymentStatus.FAILED,
    ReceiptState.REVERSED: PaymentStatus.FAILED,
}
UNDECIDED = (ReceiptState.SUBMITTED, ReceiptState.RECORDED)
GONE = (ReceiptState.REJECTED, ReceiptState.REVERSED)  # the same money may come again


class Payment(TimestampedModel):
    """A receipt (R8.1): only a cleared one counts, dated by its value date. Never deleted: reversed."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    payment_type = models.CharField(max_length=12, choices=PaymentType)
    amount = money_field()
    currency = currency_field()
    payment_method = models.CharField(max_length=15, choices=PaymentMethod)
    state = models.CharField(max_length=10, choices=ReceiptState, default=ReceiptState.CLEARED)
    payment_status = models.GeneratedField(
        expression=Case(
            *(
                When(state=state, then=Value(status.value))
                for state, status in STATUS_OF_STATE.items()
            ),
            output_field=models.CharField(max_length=10),
        ),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )
    is_held_excess = models.BooleanField(
        default=False, help_text="Gateway money beyond the cap before the agreement (R6)."
    )
    transaction_id = models.CharField(max_length=100, blank=True)
    due_date = models.DateField(null=True, blank=True)
    paid_date = models.DateField(
        null=True, blank=True, help_text="Value date, in the project's time zone."
    )
    notes = models.TextField(blank=True)
    initiated_at = models.DateTimeField(
        null=True, blank=True, help_text="When the customer began to pay (R5.4)."
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=9, blank=True, help_text="The financial year.")
    serial = models.PositiveIntegerField(null=True, blank=True)
    receipt_number = models.CharField(
        max_length=40,
        blank=True,
        help_text="Given when the money has arrived, without gaps (R8.1).",
    )
    proof = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who cleared or rejected it.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversed_at = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(
        max_length=500, blank=True, help_text="Why it was rejected or reversed."
    )
    certificate_number = models.CharField(
        max_length=100, blank=True, help_text="Of tax withheld: verified once it is there (R3.5)."
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Payment"]] = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("payment_type", "payment_type", PaymentType),
            enum_check("payment_method", "payment_method", PaymentMethod),
            enum_check("receipt_state", "state", ReceiptState),
            positive("payment_amount", "amount"),
            models.CheckConstraint(
                name="completed_payment_has_a_date",
                condition=~Q(state=ReceiptState.CLEARED) | Q(paid_date__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["project", "period", "serial"],
                condition=Q(serial__isnull=False),
                name="one_receipt_per_number",
            ),
            models.CheckConstraint(
                name="cleared_receipt_has_a_number",
                condition=~Q(state__in=[ReceiptState.CLEARED, ReceiptState.REVERSED])
                | Q(serial__isnull=False) & ~Q(receipt_number=""),
            ),
            models.UniqueConstraint(
                fields=["booking", "payment_method", "transaction_id"],
                condition=~Q(transaction_id="") & ~Q(state__in=GONE),
                name="one_payment_per_transaction",
            ),
            # Without a transaction id the facts are the natural key, so that a retry is not recorded twice.
            models.UniqueConstraint(
                fields=["booking", "payment_type", "payment_method", "amount", "paid_date"],
                condition=Q(transaction_id="") & ~Q(state__in=GONE),
                name="one_payment_without_transaction",
            ),
        ]
        indexes = [
            models.Index(fields=["booking", "paid_date", "id"], name="payment_by_booking"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-paid_date", "-id"], name="payment_newest"),
            # Nearly all are completed; the others are looked for.
            models.Index(
                fields=["payment_status", "-paid_date", "-id"],
                name="payment_not_completed",
                condition=~Q(payment_status=PaymentStatus.COMPLETED),
            ),
            GinIndex(
                OpClass(Upper("receipt_number"), name="gin_trgm_ops"),
                OpClass(Upper("transaction_id"), name="gin_trgm_ops"),
                name="payment_number_trigrams",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number or f"payment {self.pk}"
