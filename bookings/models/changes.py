"""Change requests and the quotes for them (R13)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.enums import ChangeState, ChangeType, QuoteState
from bookings.models.booking import Booking
from bookings.querysets import (
    ChangeCutoffQuerySet,
    ChangeQuoteQuerySet,
    ChangeRequestQuerySet,
)
from projects.models import Project, text_list
from realestate.core.db.fields import TimestampedModel, enum_check, money_field


class ChangeRequest(TimestampedModel):
    """What a buyer wants built differently (R13)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="change_requests")
    request_type = models.CharField(max_length=12, choices=ChangeType)
    request_title = models.CharField(max_length=200)
    request_description = models.TextField()
    current_specification = models.TextField(blank=True)
    requested_specification = models.TextField(blank=True)
    attachments = text_list()
    state = models.CharField(max_length=14, choices=ChangeState, default=ChangeState.SUBMITTED)
    estimated_cost = money_field(null=True, blank=True)
    estimated_timeline_days = models.PositiveSmallIntegerField(null=True, blank=True)
    builder_response = models.TextField(blank=True)
    rejection_reason = models.TextField(blank=True)
    approval_date = models.DateTimeField(null=True, blank=True)
    completion_date = models.DateTimeField(null=True, blank=True)
    final_cost = money_field(null=True, blank=True)

    objects: ClassVar[models.Manager["ChangeRequest"]] = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("change_type", "request_type", ChangeType),
            enum_check("change_state", "state", ChangeState),
        ]
        indexes = [
            models.Index(fields=["booking", "-created_at", "-id"], name="change_by_booking"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-created_at", "-id"], name="change_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="change_by_state"),
        ]

    def __str__(self) -> str:
        return self.tracking_number

    @property
    def tracking_number(self) -> str:
        """The number that people quote; derived from the key."""
        return f"CR-{self.pk:06d}"


class ChangeQuote(models.Model):
    """A numbered offer for a change request; approval names its version (R13.1)."""

    change_request = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, related_name="quotes"
    )
    version = models.PositiveSmallIntegerField()
    lines = models.JSONField(
        default=list, help_text="Quantity and rate of each, with how its amount came about (R13)."
    )
    net_amount = money_field(help_text="Negative for an omission.")
    tax_amount = money_field(default=0)
    total_amount = models.GeneratedField(
        expression=F("net_amount") + F("tax_amount"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )
    timeline_days = models.PositiveSmallIntegerField(default=0)
    description = models.TextField(blank=True)
    valid_until = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=16,
        choices=QuoteState,
        default=QuoteState.APPROVED,
        help_text="The customer sees approved ones only (R13.2).",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager["ChangeQuote"]] = ChangeQuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["change_request", "version"], name="one_quote_per_version"
            ),
            enum_check("change_quote_state", "state", QuoteState),
            models.CheckConstraint(
                name="change_quote_approver_is_another",
                condition=~Q(decided_by=F("created_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"quote {self.version} for change request {self.change_request_id}"


class ChangeCutoff(models.Model):
    """From which stage on a kind of change is too late in a project (R13.1)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    request_type = models.CharField(max_length=12, choices=ChangeType)
    milestone_code = models.CharField(max_length=30)

    objects: ClassVar[models.Manager["ChangeCutoff"]] = ChangeCutoffQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("cutoff_change_type", "request_type", ChangeType),
            models.UniqueConstraint(
                fields=["project", "request_type"], name="one_cutoff_per_kind_of_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_request_type_display()} until {self.milestone_code}"
