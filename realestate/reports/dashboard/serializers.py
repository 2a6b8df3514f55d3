"""The rows of each report. A field's label is the column's name on the page and in the file."""

from rest_framework import serializers

from payments.serializers.statements import BalanceField
from projects.enums import UnitStatus
from realestate.core.api.serializers import MoneyField, ReadSerializer, WriteSerializer
from realestate.reports.dashboard.scope import MONTHS

MONTH = "YYYY-MM."
PERIODS = {
    "late": "Late already",
    "later": "Later",
    "no_date": "Without a date",
    "on_events": "On stages and events",
}
AGE_LABELS = {
    "not_due": "Not due yet",
    "days_1_30": "1 to 30 days",
    "days_31_60": "31 to 60 days",
    "days_61_90": "61 to 90 days",
    "over_90": "More than 90 days",
}


def counter(label: str, help_text: str = "") -> serializers.IntegerField:
    """How many."""
    return serializers.IntegerField(label=label, help_text=help_text)


def balance(label: str, help_text: str = "") -> BalanceField:
    """An amount in the report's currency."""
    return BalanceField(label=label, help_text=help_text)


class SalesRow(ReadSerializer):
    """Bookings of a month."""

    month = serializers.CharField(label="Month", help_text=MONTH)
    bookings = counter("Bookings", "Made in the month and firm today: token paid or further.")
    area_sqft = serializers.DecimalField(
        14, 2, label="Area, sq ft", help_text="Carpet area of the firm ones, square feet."
    )
    value = MoneyField(label="Value", help_text="Agreement value of the firm ones, before tax.")
    cancelled = counter("Cancelled", "Made in the month and cancelled since.")


class StockRow(ReadSerializer):
    """Units of a type by their status of this moment."""

    unit_type = serializers.CharField(label="Unit type")
    not_released = counter(UnitStatus.NOT_RELEASED.label)
    blocked = counter(UnitStatus.BLOCKED.label)
    available = counter(UnitStatus.AVAILABLE.label)
    reserved = counter(UnitStatus.RESERVED.label)
    booked = counter(UnitStatus.BOOKED.label)
    sold = counter(UnitStatus.SOLD.label)
    handed_over = counter(UnitStatus.HANDED_OVER.label)
    total = counter("All")


class CollectionsRow(ReadSerializer):
    """What had to come in and what came."""

    month = serializers.CharField(label="Month", help_text=MONTH)
    fell_due = balance("Fell due", "By due date: principal and tax, less credit notes.")
    collected_in_time = balance("Paid in time", "Of what fell due: valued by its due date.")
    collected = balance("Paid by now", "Of what fell due: valued by today.")
    percent_collected = serializers.DecimalField(
        5, 2, allow_null=True, label="Paid, %", help_text="Null when nothing fell due."
    )
    received = balance("Received", "Cleared receipts valued in the month, for whatever is open.")


class AgeingRow(ReadSerializer):
    """What is open, by how long it is past due (R10.5)."""

    age = serializers.ChoiceField(list(AGE_LABELS.items()), label="Past due")
    amount = balance("Open", "Principal and tax; advances are not netted.")


class ForecastRow(ReadSerializer):
    """What is still to come."""

    period = serializers.CharField(
        label="Due in", help_text="YYYY-MM, or late, later, on_events (no day is known yet)."
    )
    demanded = balance("Demanded", "Open of what was demanded already, with tax.")
    planned = balance("Planned", "Of the payment plans, not demanded yet, before tax.")
    total = balance("Total")


class AppointmentsRow(ReadSerializer):
    """Appointments of a day, from this moment on."""

    day = serializers.DateField(label="Day")
    scheduled = counter("To be confirmed")
    confirmed = counter("Confirmed")
    total = counter("All")


class StagesRow(ReadSerializer):
    """Stages of construction that are not certified yet."""

    period = serializers.CharField(
        label="Planned for", help_text="YYYY-MM, or late, later, no_date."
    )
    pending = counter("To be built")
    reported = counter("Waiting for the certificate")
    total = counter("All")


class ResponsesRow(ReadSerializer):
    """Questions of a month and how long buyers waited."""

    month = serializers.CharField(label="Month", help_text=MONTH)
    messages = counter("Questions", "Customers' messages that follow no other of their own.")
    answered = counter("Answered")
    median_hours = serializers.FloatField(
        allow_null=True, label="Hours to the answer", help_text="The median; null without answers."
    )
    changes = counter("Change requests")
    offered = counter("With a quote", "Quoted or rejected.")
    median_days = serializers.FloatField(
        allow_null=True, label="Days to the quote", help_text="The median; null without quotes."
    )


class ReportRead(ReadSerializer):
    """What a report was made of; the rows come with each report's own shape."""

    on = serializers.DateField(help_text="The day of the report.")
    builder_id = serializers.IntegerField(allow_null=True, help_text="Null: all builders.")
    project_id = serializers.IntegerField(allow_null=True, help_text="Null: all projects.")
    months = serializers.IntegerField(help_text="How far back reports by month go.")
    currency = serializers.CharField(
        help_text="ISO 4217, of all amounts; sales are those of projects in it."
    )
    currencies = serializers.ListField(
        child=serializers.CharField(), help_text="Of the projects in question."
    )


class ReportQuery(WriteSerializer):
    """Which project, how many months, which currency; platform staff may choose a builder."""

    blank_is_null = ("builder_id", "project_id", "months")

    builder_id = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    project_id = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    months = serializers.ChoiceField(MONTHS, required=False, allow_null=True)
    currency = serializers.CharField(required=False, allow_blank=True, max_length=3)
