"""Exceptions to the rule that two people agree on: waivers, and allocations by hand (R8.5, R9, R21)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.models import Booking
from payments.enums import AdjustmentKind, AdjustmentState, Part
from payments.models.demands import CreditNote, DemandLine
from payments.models.receipts import Payment
from payments.querysets import OfBooking
from realestate.core.db.fields import enum_check, money_field, positive


class Adjustment(models.Model):
    """Asked for by one person, decided by another; only an approved one has an effect."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=AdjustmentKind)
    demand_line = models.ForeignKey(DemandLine, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part, default=Part.PRINCIPAL)
    payment = models.ForeignKey(
        Payment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Of an allocation: whose money.",
    )
    amount = money_field()
    reason = models.CharField(max_length=500)
    state = models.CharField(
        max_length=10, choices=AdjustmentState, default=AdjustmentState.REQUESTED
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    credit_note = models.OneToOneField(
        CreditNote, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Adjustment"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            enum_check("adjustment_kind", "kind", AdjustmentKind),
            enum_check("adjustment_state", "state", AdjustmentState),
            enum_check("adjustment_part", "part", Part),
            positive("adjustment_amount", "amount"),
            models.CheckConstraint(
                name="adjustment_approver_is_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="allocation_names_its_payment",
                condition=Q(kind=AdjustmentKind.WAIVER, payment=None)
                | Q(kind=AdjustmentKind.ALLOCATION, payment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} for booking {self.booking_id}"
