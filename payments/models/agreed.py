"""What was agreed about paying: plan templates, the terms frozen on a booking, its schedule and revisions (R2)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.enums import PaymentPlan
from bookings.models import Booking, ChangeQuote
from payments.enums import AllocationPreset, InterestMode, LineKind, PlanKind, Trigger
from payments.querysets import OfBooking, PlanQuerySet
from progress.models import Milestone
from projects.enums import TaxClass
from projects.models import Project
from realestate.core.db.fields import (
    TimestampedModel,
    enum_check,
    money_field,
    not_negative,
    percent_field,
    positive,
)


class PlanTemplate(TimestampedModel):
    """A payment plan that a builder offers in a project, for one of the contract's four words."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    payment_plan = models.CharField(
        max_length=20, choices=PaymentPlan, help_text="The word by which customers choose it."
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=PlanKind, default=PlanKind.CUSTOM)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["PlanTemplate"]] = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("plan_word", "payment_plan", PaymentPlan),
            enum_check("plan_kind", "kind", PlanKind),
            models.UniqueConstraint(
                fields=["project", "payment_plan"],
                condition=Q(is_active=True),
                name="one_plan_per_word",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlannedLine(models.Model):
    """What a line of a template and a line of a schedule have in common (R2)."""

    sequence = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=LineKind)
    percent = percent_field(null=True, blank=True)
    trigger = models.CharField(max_length=20, choices=Trigger)
    offset = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days or months after booking."
    )
    fixed_on = models.DateField(null=True, blank=True)
    milestone_code = models.CharField(max_length=30, blank=True)
    less_fixed = models.BooleanField(
        default=False, help_text="The fixed lines before it are part of it."
    )

    class Meta:
        abstract = True


class PlanLine(PlannedLine):
    """A line of a plan template; a fixed line without an amount is the booking's token."""

    template = models.ForeignKey(PlanTemplate, on_delete=models.CASCADE, related_name="lines")
    amount = money_field(null=True, blank=True)

    objects: ClassVar[models.Manager["PlanLine"]] = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("plan_line_kind", "kind", LineKind),
            enum_check("plan_line_trigger", "trigger", Trigger),
            models.UniqueConstraint(
                fields=["template", "sequence"], name="one_plan_line_per_place"
            ),
            positive("plan_line_percent", "percent"),
            positive("plan_line_amount", "amount"),
            models.CheckConstraint(
                name="percent_line_has_a_percentage",
                condition=Q(kind=LineKind.PERCENT, percent__isnull=False, amount=None)
                | Q(kind=LineKind.FIXED, percent=None),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Terms(models.Model):
    """The settings that hold for a booking, copied when it was made: later changes never reach it (R22.9)."""

    booking = models.OneToOneField(
        Booking, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    cap_percent = percent_field(null=True, blank=True, help_text="R6; empty: no cap.")
    credit_days = models.PositiveSmallIntegerField(help_text="R7.4: from issue to due date.")
    lead_days = models.PositiveSmallIntegerField(
        default=0,
        help_text="R7.7: a line with a date is demanded so long before it, due on it; "
        "0: on its date, and due like any other demand.",
    )
    allocation = models.CharField(max_length=14, choices=AllocationPreset)
    grace_days = models.PositiveSmallIntegerField(help_text="R9.")
    interest_mode = models.CharField(max_length=12, choices=InterestMode)
    forfeit_percent = percent_field(help_text="R11: of the agreement value.")
    refund_days = models.PositiveSmallIntegerField(help_text="R11.")
    bounce_charge = money_field(help_text="R8.6.")
    withholding_percent = percent_field(help_text="R3.4; 0: none.")
    withholding_threshold = money_field(help_text="R3.4.")

    objects: ClassVar[models.Manager["Terms"]] = OfBooking.as_manager()

    class Meta:
        verbose_name_plural = "terms"
        constraints = [
            enum_check("terms_allocation", "allocation", AllocationPreset),
            enum_check("terms_interest_mode", "interest_mode", InterestMode),
        ]

    def __str__(self) -> str:
        return f"terms of booking {self.booking_id}"


class ScheduleRevision(models.Model):
    """A numbered state of a booking's schedule; the first is made at confirmation (R2.7)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    template = models.ForeignKey(
        PlanTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["ScheduleRevision"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="one_schedule_per_revision")
        ]

    def __str__(self) -> str:
        return f"schedule {self.number} of booking {self.booking_id}"


class ScheduleLine(PlannedLine):
    """A line of a booking's schedule, live until a revision retires it.

    A line that was demanded is retired only when its demand is corrected (R7.5).
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(ScheduleRevision, on_delete=models.PROTECT, related_name="lines")
    retired_in = models.ForeignKey(
        ScheduleRevision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    amount = money_field()
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    change_quote = models.ForeignKey(
        ChangeQuote,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Of an addendum (R13.3): not part of the agreement value.",
    )
    is_extra = models.BooleanField(
        default=False, help_text="A charge outside the agreement value (R1)."
    )
    tax_class = models.CharField(
        max_length=12, choices=TaxClass, blank=True, help_text="Empty: the booking's."
    )

    objects: ClassVar[models.Manager["ScheduleLine"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            enum_check("schedule_line_kind", "kind", LineKind),
            enum_check("schedule_line_trigger", "trigger", Trigger),
            not_negative("schedule_line_amount", "amount"),
            models.CheckConstraint(
                name="schedule_line_tax_class_is_known",
                condition=Q(tax_class__in=[*TaxClass.values, ""]),
            ),
            models.UniqueConstraint(
                fields=["booking", "sequence"],
                condition=Q(retired_in=None),
                name="one_schedule_line_per_place",
            ),
        ]
        indexes = [
            models.Index(
                fields=["milestone"],
                name="schedule_line_by_milestone",
                condition=Q(retired_in=None),
            )
        ]

    def __str__(self) -> str:
        return self.label
