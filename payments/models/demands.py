"""What buyers are asked to pay, and what lowers it: demands, credit notes, and the rates of late interest (R7, R9)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from bookings.models import Booking
from payments.enums import CreditKind, DemandKind
from payments.models.agreed import ScheduleLine
from payments.querysets import (
    CreditNoteQuerySet,
    DemandLineQuerySet,
    DemandQuerySet,
    OfCreditNote,
    RateQuerySet,
)
from projects.enums import TaxClass
from projects.models import Project
from realestate.core.db.fields import (
    currency_field,
    enum_check,
    money_field,
    not_negative,
    percent_field,
    positive,
)


class Numbered(models.Model):
    """A document with a gap-free number per project and financial year (R7.5)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=30)
    period = models.CharField(max_length=9, help_text="The financial year.")
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=40)
    issued_on = models.DateField(help_text="Its day in the ledger, in the project's time zone.")
    currency = currency_field()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty when the platform itself made it.",
    )
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Demand(Numbered):
    """Something to be paid by a day: never edited, only credited (R7.5). Late interest is a demand too (R9).

    ``left_open`` is no part of what it says: a trigger lets nothing else change, and nobody but triggers change that.
    """

    kind = models.CharField(max_length=10, choices=DemandKind)
    due_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    left_open = money_field(
        db_default=0,
        editable=False,
        help_text="Kept by triggers on lines and allocations, for lists; what decides is counted (docs/adr/0015).",
    )

    objects: ClassVar[models.Manager["Demand"]] = DemandQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("demand_kind", "kind", DemandKind),
            models.UniqueConstraint(
                fields=["project", "series", "period", "serial"], name="one_demand_per_number"
            ),
            models.CheckConstraint(
                name="demand_dates_in_order", condition=Q(due_on__gte=F("issued_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["booking", "due_on", "id"], name="demand_by_booking"),
            models.Index(fields=["project", "due_on"], name="demand_by_project"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-issued_on", "-id"], name="demand_newest"),
            models.Index(
                fields=["-issued_on", "-id"],
                include=["due_on"],
                name="open_demand_newest",
                condition=Q(left_open__gt=0),
            ),
            models.Index(
                fields=["-issued_on", "-id"],
                name="paid_demand_newest",
                condition=Q(left_open=0),
            ),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="demand_number_trigrams"),
        ]

    def __str__(self) -> str:
        return self.number


class DemandLine(models.Model):
    """A line of a demand with its own tax (R3.1); principal and tax are open items of their own (R8.2)."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="lines")
    sequence = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=300)
    schedule_line = models.OneToOneField(
        ScheduleLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="A line of the schedule is demanded once (R7.3).",
    )
    of_line = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The line that this interest is for.",
    )
    principal = money_field()
    tax = money_field(default=0)
    tax_class = models.CharField(max_length=12, choices=TaxClass, default=TaxClass.EXEMPT)
    working = models.JSONField(
        default=dict, help_text="How it was computed: tax components, or interest by segments."
    )
    in_consideration = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["DemandLine"]] = DemandLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "sequence"], name="one_demand_line_per_place"
            ),
            enum_check("demand_tax_class", "tax_class", TaxClass),
            not_negative("demand_line_principal", "principal"),
            not_negative("demand_line_tax", "tax"),
        ]

    def __str__(self) -> str:
        return self.label


class CreditNote(Numbered):
    """Why a buyer owes less without having paid; approved by another person where R21 asks for it."""

    kind = models.CharField(max_length=12, choices=CreditKind)
    reason = models.CharField(max_length=500)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["CreditNote"]] = CreditNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("credit_kind", "kind", CreditKind),
            models.UniqueConstraint(
                fields=["project", "series", "period", "serial"], name="one_credit_note_per_number"
            ),
            models.CheckConstraint(
                name="waiver_approver_is_another",
                condition=~Q(kind=CreditKind.WAIVER)
                | Q(requested_by__isnull=False, created_by__isnull=False)
                & ~Q(requested_by=F("created_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["booking", "issued_on"], name="credit_note_by_booking"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-issued_on", "-id"], name="credit_note_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditLine(models.Model):
    """How much a credit note takes from a demand line; without one it is an advance like money received."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    demand_line = models.ForeignKey(
        DemandLine, null=True, blank=True, on_delete=models.PROTECT, related_name="credits"
    )
    principal = money_field(default=0)
    tax = money_field(default=0)

    objects: ClassVar[models.Manager["CreditLine"]] = OfCreditNote.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credit_note", "demand_line"],
                nulls_distinct=False,
                name="one_credit_per_line",
            ),
            not_negative("credit_line_principal", "principal"),
            not_negative("credit_line_tax", "tax"),
            models.CheckConstraint(
                name="credit_line_says_something", condition=Q(principal__gt=0) | Q(tax__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal + self.tax} on line {self.demand_line_id}"


class InterestRate(models.Model):
    """Percent per year from a day on (R9), for a project or for all. Rows are added, never changed."""

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    percent = percent_field()
    valid_from = models.DateField()
    note = models.CharField(max_length=200, blank=True, help_text="Such as: benchmark 8.90 + 2.")

    objects: ClassVar[models.Manager["InterestRate"]] = RateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "valid_from"], nulls_distinct=False, name="one_rate_per_day"
            ),
            positive("interest_rate", "percent"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % from {self.valid_from}"
