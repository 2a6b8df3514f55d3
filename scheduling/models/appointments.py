"""When people meet. Overlap is impossible in the database (R14.1-3)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.models import Customer
from projects.models import Project, text_list
from realestate.core import clock
from realestate.core.db.fields import TimestampedModel, enum_check
from scheduling.enums import (
    LIVE,
    AppointmentStatus,
    AppointmentType,
    MeetingLocation,
    Outcome,
)
from scheduling.models.opening import Host
from scheduling.querysets import AppointmentMoveQuerySet, AppointmentQuerySet
from scheduling.rules import time_text

IS_LIVE = Q(status__in=sorted(LIVE))


class TsTzRange(Func):
    """A half-open interval of instants; touching ends do not overlap."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def busy(end: str) -> TsTzRange:
    """``[starts_at, end)``."""
    return TsTzRange("starts_at", end, RangeBoundary())


class Appointment(TimestampedModel):
    """A customer meets a host of the builder. ``appointment_date`` on the wire is ``starts_at``."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    appointment_type = models.CharField(max_length=20, choices=AppointmentType)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    host_free_at = models.DateTimeField(help_text="End plus the host's buffer (R14.2).")
    duration_minutes = models.PositiveSmallIntegerField(default=60)
    meeting_location = models.CharField(
        max_length=10, choices=MeetingLocation, default=MeetingLocation.SITE
    )
    location = models.CharField(
        max_length=500, blank=True, help_text="Address or link, for people."
    )
    agenda = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    attendees = text_list()
    status = models.CharField(
        max_length=10, choices=AppointmentStatus, default=AppointmentStatus.SCHEDULED
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reschedule_reason = models.CharField(max_length=500, blank=True)
    rescheduled_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Appointment"]] = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("appointment_type", "appointment_type", AppointmentType),
            enum_check("appointment_status", "status", AppointmentStatus),
            enum_check("meeting_location", "meeting_location", MeetingLocation),
            models.CheckConstraint(
                name="appointment_outcome_is_known",
                condition=Q(outcome="") | Q(outcome__in=Outcome.values),
            ),
            models.CheckConstraint(
                name="appointment_times_in_order",
                condition=Q(ends_at__gt=F("starts_at"), host_free_at__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="appointment_15_to_240_minutes", condition=Q(duration_minutes__range=(15, 240))
            ),
            ExclusionConstraint(
                name="one_host_one_appointment",
                expressions=[
                    (busy("host_free_at"), RangeOperators.OVERLAPS),
                    ("host", RangeOperators.EQUAL),
                ],
                condition=IS_LIVE,
            ),
            ExclusionConstraint(
                name="one_customer_one_appointment",
                expressions=[
                    (busy("ends_at"), RangeOperators.OVERLAPS),
                    ("customer", RangeOperators.EQUAL),
                ],
                condition=IS_LIVE,
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-starts_at", "-id"], name="appointment_by_customer"),
            models.Index(fields=["project", "-starts_at", "-id"], name="appointment_by_project"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-starts_at", "-id"], name="appointment_newest"),
            # How many there are in each state comes out of this one alone.
            models.Index(
                fields=["status", "-starts_at", "-id"],
                include=["rescheduled_at"],
                name="appointment_by_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_appointment_type_display()} {clock.local(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def is_live(self) -> bool:
        """Whether it takes up time."""
        return self.status in LIVE

    @property
    def appointment_time(self) -> str:
        """The start as the project's wall clock shows it: ``10:00 AM`` (contract 0.14)."""
        return time_text(self.starts_at, self.project.time_zone)


class AppointmentMove(models.Model):
    """An earlier time of an appointment: a reschedule keeps its history (R14.5)."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="moves")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    moved_at = models.DateTimeField()

    objects: ClassVar[models.Manager["AppointmentMove"]] = AppointmentMoveQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.appointment_id} was at {clock.local(self.starts_at):%Y-%m-%d %H:%M}"


class AppointmentReminder(models.Model):
    """People were reminded of an appointment at this time; another time is reminded of anew (R14.6)."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    hours_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()

    objects: ClassVar[models.Manager["AppointmentReminder"]] = (
        AppointmentMoveQuerySet.as_manager()  # the same parties
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "starts_at", "hours_before"],
                name="one_reminder_per_time_of_an_appointment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hours_before} hours before {self.appointment}"
