"""Working hours, holidays and free starts on the wire (R14.4)."""

from datetime import time
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from scheduling.rules import MIDNIGHT, MIDNIGHT_TEXT, closing_text


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$|^24:00$",
        "example": "18:00",
    }
)
class ClosingField(serializers.TimeField):
    """The end of an opening: a time, or 24:00 for the end of the day."""

    def to_internal_value(self, value: Any) -> time:
        """A time; ``MIDNIGHT`` for 24:00."""
        if isinstance(value, str) and value in {MIDNIGHT_TEXT, f"{MIDNIGHT_TEXT}:00"}:
            return MIDNIGHT
        found: time = super().to_internal_value(value)
        return found

    def to_representation(self, value: time) -> str:
        """Hours and minutes."""
        return closing_text(value)


@extend_schema_field(
    {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "example": "09:00"}
)
class OpeningField(serializers.TimeField):
    """The begin of an opening as it is shown: hours and minutes."""


class OpeningRead(ReadSerializer):
    """From when until when people are received on a weekday, on the project's wall clock."""

    order = ("weekday", "opens", "pk")

    weekday = serializers.IntegerField(help_text="0 is Monday, 6 is Sunday.")
    opens = OpeningField(format="%H:%M")
    closes = ClosingField(help_text="24:00 is the end of the day.")


class OpeningWrite(WriteSerializer):
    """An opening of a weekday."""

    example = {"weekday": 0, "opens": "09:00", "closes": "18:00"}

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="0 is Monday.")
    opens = serializers.TimeField()
    closes = ClosingField(help_text="24:00 is the end of the day.")


class HoursWrite(WriteSerializer):
    """All openings of a project; none: people are received as the settings say."""

    example = {"hours": [OpeningWrite.example]}

    hours = OpeningWrite(many=True, max_length=50)  # type: ignore[call-arg]  # of the list


class HolidayRead(ReadSerializer):
    """A day on which nobody is there."""

    order = ("day", "pk")

    day = serializers.DateField()
    name = serializers.CharField()


class HolidayWrite(WriteSerializer):
    """A holiday."""

    example = {"day": "2026-08-15", "name": "Independence Day"}

    day = serializers.DateField()
    name = serializers.CharField(max_length=100)


class HolidaysWrite(WriteSerializer):
    """All holidays of a project."""

    example = {"holidays": [HolidayWrite.example]}

    holidays = HolidayWrite(many=True, max_length=400)  # type: ignore[call-arg]  # of the list


class FreeSlotRead(ReadSerializer):
    """A start that can be booked, and with whom."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    host_id = serializers.IntegerField(
        allow_null=True, help_text="Null: the builder, who has received nobody yet."
    )
    host_name = serializers.CharField()


class SlotsWrite(WriteSerializer):
    """The day and the length that are asked for, from the query."""

    aliases = {"date": "day"}

    day = serializers.DateField(required=False)
    duration = serializers.IntegerField(min_value=1, max_value=1_440, default=60)
    host_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID, required=False)
