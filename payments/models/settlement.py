"""What happens to the money when a booking ends: notices, settlements, refunds (R11)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.models import Booking
from payments.enums import Initiator, RefundState, SettlementState
from payments.models.receipts import Payment
from payments.querysets import OfBooking, SettlementQuerySet
from projects.models import Project
from realestate.core.db.fields import (
    currency_field,
    enum_check,
    money_field,
    not_negative,
    percent_field,
    positive,
)


class DefaultNotice(models.Model):
    """A notice to a buyer who does not pay; a settlement for default needs them (R11)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    sent_on = models.DateField()
    cure_until = models.DateField()
    text = models.TextField(blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects: ClassVar[models.Manager["DefaultNotice"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="one_notice_per_number"),
            models.CheckConstraint(
                name="notice_leaves_time", condition=Q(cure_until__gt=F("sent_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.number} for booking {self.booking_id}"


class Settlement(models.Model):
    """What is kept and what is returned, line by line; approved by a second person, versioned (R11)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    initiator = models.CharField(max_length=16, choices=Initiator)
    effective_on = models.DateField()
    state = models.CharField(max_length=10, choices=SettlementState, default=SettlementState.DRAFT)
    reason = models.CharField(max_length=500)
    forfeit_percent = percent_field(
        default=0, help_text="Of the agreement value; at most what was agreed on the booking."
    )
    lines = models.JSONField(
        help_text="Code, rule, label, amount and working of each; refund and lines are the money received."
    )
    working = models.JSONField(default=dict, help_text="How the refund was computed.")
    received = money_field(help_text="Money received, refunds already paid taken off.")
    refund_amount = money_field()
    refund_due_on = models.DateField()
    currency = currency_field()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["Settlement"]] = SettlementQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("settlement_initiator", "initiator", Initiator),
            enum_check("settlement_state", "state", SettlementState),
            models.UniqueConstraint(
                fields=["booking", "version"], name="one_settlement_per_version"
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(state=SettlementState.APPROVED),
                name="one_approved_settlement",
            ),
            models.CheckConstraint(
                name="settlement_approver_is_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="settlement_decision_has_a_name",
                condition=Q(state=SettlementState.DRAFT) | Q(decided_by__isnull=False),
            ),
            not_negative("settlement_refund", "refund_amount"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number that people quote: the booking's, and the version."""
        return f"ST-{self.booking_id:06d}-{self.version}"


class Refund(models.Model):
    """Money to be returned: of a settlement, or of a payment that came too late or was too much."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    settlement = models.OneToOneField(
        Settlement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = money_field()
    currency = currency_field()
    due_on = models.DateField()
    state = models.CharField(max_length=5, choices=RefundState, default=RefundState.DUE)
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    paid_on = models.DateField(null=True, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=100, blank=True, help_text="Of the bank transfer.")

    objects: ClassVar[models.Manager["Refund"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            enum_check("refund_state", "state", RefundState),
            positive("refund_amount", "amount"),
            models.CheckConstraint(
                name="refund_has_one_cause",
                condition=Q(settlement__isnull=False, payment=None)
                | Q(settlement=None, payment__isnull=False),
            ),
            models.CheckConstraint(
                name="paid_refund_says_when_and_who",
                condition=Q(state=RefundState.DUE, paid_on=None)
                | Q(state=RefundState.PAID, paid_on__isnull=False, paid_by__isnull=False),
            ),
            models.CheckConstraint(
                name="refund_payer_is_another",
                condition=Q(paid_by=None) | Q(requested_by=None) | ~Q(paid_by=F("requested_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number that people quote; derived from the key."""
        return f"RF-{self.pk:06d}"
