"""The ledger, which is only ever added to, and which money paid what (R8, R10)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from bookings.models import Booking
from payments.enums import EntryKind, Part
from payments.models.demands import CreditNote, Demand, DemandLine
from payments.models.receipts import Payment
from payments.models.settlement import Refund, Settlement
from payments.querysets import AllocationQuerySet, LedgerQuerySet
from realestate.core.db.fields import enum_check, money_field, not_negative, positive


class LedgerEntry(models.Model):
    """A posting: a debit is what the buyer owes more, a credit what it owes less (R0). A trigger refuses changes."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    value_on = models.DateField(help_text="Value date, in the project's time zone.")
    kind = models.CharField(max_length=12, choices=EntryKind)
    debit = money_field(default=0)
    credit = money_field(default=0)
    label = models.CharField(max_length=300)
    reference = models.CharField(max_length=40, help_text="The number of the document.")
    demand = models.ForeignKey(
        Demand, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    credit_note = models.ForeignKey(
        CreditNote, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settlement = models.ForeignKey(
        Settlement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_at = models.DateTimeField()

    objects: ClassVar[models.Manager["LedgerEntry"]] = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            enum_check("entry_kind", "kind", EntryKind),
            not_negative("entry_debit", "debit"),
            not_negative("entry_credit", "credit"),
            models.CheckConstraint(
                name="entry_is_debit_or_credit",
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
            ),
            models.UniqueConstraint(
                fields=["demand"], condition=Q(demand__isnull=False), name="demand_posted_once"
            ),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=Q(payment__isnull=False),
                name="receipt_posted_once",
            ),
            models.UniqueConstraint(
                fields=["credit_note"],
                condition=Q(credit_note__isnull=False),
                name="credit_note_posted_once",
            ),
            models.UniqueConstraint(
                fields=["refund"], condition=Q(refund__isnull=False), name="refund_posted_once"
            ),
        ]
        indexes = [models.Index(fields=["booking", "value_on", "id"], name="entry_by_booking")]

    def __str__(self) -> str:
        return f"{self.value_on} {self.reference} {self.debit - self.credit}"


class Allocation(models.Model):
    """Which money paid which part of which line, and from when; superseded rows stay readable (R8.5)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    credit_note = models.ForeignKey(
        CreditNote, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    demand_line = models.ForeignKey(
        DemandLine, on_delete=models.PROTECT, related_name="allocations"
    )
    part = models.CharField(max_length=10, choices=Part)
    amount = money_field()
    applied_on = models.DateField(
        help_text="The money's value date, or the line's issue date if that is later."
    )
    is_manual = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Allocation"]] = AllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("allocation_part", "part", Part),
            positive("allocation_amount", "amount"),
            models.CheckConstraint(
                name="allocation_has_one_source",
                condition=Q(payment__isnull=False, credit_note=None)
                | Q(payment=None, credit_note__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["payment", "credit_note", "demand_line", "part", "is_manual"],
                condition=Q(superseded_at=None),
                nulls_distinct=False,
                name="one_live_allocation_per_item",
            ),
        ]
        indexes = [
            models.Index(
                fields=["booking"], name="live_allocation", condition=Q(superseded_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.part} of line {self.demand_line_id}"
