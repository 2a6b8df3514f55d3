"""The wire shapes of appointments (contract 7.6)."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers

from accounts.serializers import BuilderPublic, made_full_name
from projects.models import Project
from projects.serializers import ProjectRead
from realestate.core.api.readings import Made
from realestate.core.api.serializers import PageRead, ReadSerializer, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.enums import Role
from scheduling.enums import AppointmentStatus, AppointmentType, MeetingLocation
from scheduling.rules import ASKED, TYPES, place, time_text

MAX_TEXT = 5000
YEARS = range(1971, 3000)  # what every time zone can be converted in


class MomentField(serializers.DateTimeField):
    """An instant, or without an offset the wall clock of the project's time zone."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """Left as the client wrote it: only the service knows the project's zone."""
        if value.year not in YEARS:
            self.fail("overflow")
        return value


class AppointmentCustomerRead(ReadSerializer):
    """Who comes."""

    in_sql = {"name": made_full_name()}

    id = serializers.IntegerField(source="pk")
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    name = serializers.CharField(source="full_name")
    email = serializers.EmailField(source="user.email")
    phone = serializers.CharField()


class AppointmentRead(ReadSerializer):
    """An appointment with its project and its parties."""

    aliases = {"scheduled_at": "appointment_date"}
    related = ("customer__user", "host")
    order = ("-starts_at", "-pk")
    in_sql = {
        "title": Made(lambda _context, word: AppointmentType(word).label, ["appointment_type"]),
        "appointment_time": Made(
            lambda _context, *row: time_text(*row), ["starts_at", "project__time_zone"]
        ),
    }

    @classmethod
    def shape(cls, rows: Any) -> Any:  # any AppointmentQuerySet, given back with its own type
        """With the project and its builder, each with its figures."""
        projects = ProjectRead.shape(Project.objects.all())
        return super().shape(rows).prefetch_related(Prefetch("project", projects))

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    host_id = serializers.IntegerField(help_text="Whom the customer meets.")
    host_name = serializers.CharField(source="host.name")
    appointment_type = serializers.ChoiceField(choices=AppointmentType.choices)
    title = serializers.CharField(source="get_appointment_type_display")
    appointment_date = serializers.DateTimeField(source="starts_at")
    ends_at = serializers.DateTimeField()
    appointment_time = serializers.CharField(
        help_text="In the project's time zone, such as `10:00 AM`."
    )
    duration_minutes = serializers.IntegerField()
    meeting_location = serializers.ChoiceField(choices=MeetingLocation.choices)
    location = serializers.CharField(help_text="Address or link, for people.")
    status = serializers.ChoiceField(choices=AppointmentStatus.choices)
    outcome = serializers.CharField(help_text="`no_show` when nobody came.")
    agenda = serializers.CharField()
    notes = serializers.CharField()
    attendees = serializers.ListField(child=serializers.CharField())
    reschedule_reason = serializers.CharField()
    rescheduled_at = serializers.DateTimeField(allow_null=True)
    created_by = serializers.IntegerField(source="created_by_id", help_text="The user who made it.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    project = ProjectRead()
    customer = AppointmentCustomerRead()
    builder = BuilderPublic(source="project.builder")


class AppointmentMoveRead(ReadSerializer):
    """A time that an appointment had before it was moved (R14.5)."""

    related = ("moved_by",)
    order = ("moved_at", "pk")

    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField(help_text="When it was to begin before.")
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Why it was moved; empty when nobody said.")
    moved_by = serializers.IntegerField(source="moved_by_id", help_text="The user who moved it.")
    moved_by_type = serializers.ChoiceField(
        choices=Role.choices, source="moved_by.user_type", help_text="Which side moved it."
    )
    moved_at = serializers.DateTimeField()


class AppointmentStatsRead(serializers.Serializer[Any]):
    """All the caller's appointments by state, whatever the filters."""

    total = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="Not confirmed yet: scheduled + rescheduled.")
    completed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    rescheduled = serializers.IntegerField()


class AppointmentPageRead(PageRead):
    """A page of appointments."""

    appointments = AppointmentRead(many=True)
    stats = AppointmentStatsRead()


class AppointmentCancelledRead(serializers.Serializer[Any]):
    """The answer to DELETE."""

    message = serializers.CharField()
    success = serializers.BooleanField()


class PlaceWrite(WriteSerializer):
    """Where people meet: ``site``, ``office``, ``online``, or any text, which becomes ``location``."""

    meeting_location = serializers.CharField(
        max_length=500,
        allow_blank=True,
        required=False,
        help_text="`site`, `office`, `online`, or an address or link.",
    )
    location = serializers.CharField(max_length=500, allow_blank=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Free text moves to ``location`` unless that was sent too."""
        if "meeting_location" in attrs:
            attrs["meeting_location"], text = place(attrs["meeting_location"])
            attrs.setdefault("location", text)
        return attrs


class AppointmentWrite(PlaceWrite):
    """A new appointment; customer and creator follow from the caller."""

    aliases = {
        "scheduled_at": "appointment_date",
        "type": "appointment_type",
        "duration": "duration_minutes",
    }
    example = {
        "project_id": 1,
        "appointment_type": "site_visit",
        "appointment_date": "2026-12-01T10:00:00+05:30",
        "duration_minutes": 60,
        "meeting_location": "site",
        "notes": "We would like to see the show flat.",
    }

    project_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    customer_id = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        required=False,
        allow_null=True,
        help_text="Required from builders and staff; ignored from customers, who come themselves.",
    )
    host_id = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        required=False,
        allow_null=True,
        help_text="Whom the customer wants to meet; without it the first host who is free.",
    )
    appointment_type = WordField(TYPES)
    appointment_date = MomentField(help_text="Without an offset: the project's wall clock.")
    duration_minutes = serializers.IntegerField(required=False, min_value=1, max_value=24 * 60)
    agenda = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, required=False)
    notes = serializers.CharField(max_length=MAX_TEXT, allow_blank=True, required=False)
    attendees = serializers.ListField(
        child=serializers.CharField(max_length=200),
        max_length=20,
        required=False,
        help_text="Who else comes.",
    )


class AppointmentStatusWrite(WriteSerializer):
    """What the appointment's status shall become."""

    example = {"status": "confirmed"}

    status = WordField(
        ASKED, help_text="`pending` means `scheduled`. Customers may only ask for `cancelled`."
    )
    reason = serializers.CharField(max_length=500, allow_blank=True, required=False)


class RescheduleWrite(PlaceWrite):
    """Another time, and perhaps another place."""

    aliases = {"scheduled_at": "appointment_date", "reschedule_reason": "reason"}
    example = {
        "appointment_date": "2026-12-02T15:30:00+05:30",
        "reason": "The site is closed in the morning.",
    }

    appointment_date = MomentField(help_text="Without an offset: the project's wall clock.")
    duration_minutes = serializers.IntegerField(required=False, min_value=1, max_value=24 * 60)
    reason = serializers.CharField(max_length=500, allow_blank=True, required=False)
