"""The shapes of the collections report."""

from datetime import date

from rest_framework import serializers

from payments.enums import Trigger
from payments.serializers.statements import AgeingRead, BalanceField
from realestate.core.api.serializers import PageRead, ReadSerializer, WriteSerializer

FIRST, LAST = date(1990, 1, 1), date(2200, 12, 31)


class ReceivablesRead(ReadSerializer):
    """What is open, by the kind of demand."""

    schedule = BalanceField()
    change = BalanceField()
    charge = BalanceField()
    interest = BalanceField()
    total = BalanceField()


class EfficiencyRead(ReadSerializer):
    """Of what fell due in a month: what came by its due date, and what came by now."""

    month = serializers.CharField(help_text="YYYY-MM, by due date.")
    fell_due = BalanceField(help_text="Principal and tax, less credit notes.")
    collected_in_time = BalanceField(help_text="Money valued on or before the due date.")
    collected = BalanceField(help_text="Money valued by the day of the report.")
    percent_in_time = serializers.DecimalField(
        max_digits=5, decimal_places=2, allow_null=True, help_text="Null when nothing fell due."
    )
    percent_collected = serializers.DecimalField(
        max_digits=5, decimal_places=2, allow_null=True, help_text="Null when nothing fell due."
    )


class ForecastMonthRead(ReadSerializer):
    """What will fall due in a month."""

    month = serializers.CharField(help_text="YYYY-MM, by due date.")
    demanded = BalanceField(help_text="Open of what was demanded already, with tax.")
    planned = BalanceField(help_text="Of the payment plans, not demanded yet, before tax.")
    total = BalanceField()


class ForecastWaitingRead(ReadSerializer):
    """What will fall due on an event whose day nobody knows, before tax."""

    project_id = serializers.IntegerField()
    trigger = serializers.ChoiceField(Trigger.choices)
    milestone_code = serializers.CharField(help_text="Empty when it waits for no milestone.")
    label = serializers.CharField(help_text="Of the milestone's lines; else empty.")  # type: ignore[assignment]  # a field of this name, not the option
    amount = BalanceField()


class ForecastRead(ReadSerializer):
    """What is still to come: late already, by month, and on events."""

    overdue = BalanceField()
    months = ForecastMonthRead(many=True)
    waiting = ForecastWaitingRead(many=True)
    total = BalanceField()


class CollectionsCurrencyRead(ReadSerializer):
    """The report in one currency; amounts of different currencies are never added."""

    currency = serializers.CharField(help_text="ISO 4217.")
    receivables = ReceivablesRead()
    ageing = AgeingRead()
    efficiency = EfficiencyRead(many=True, help_text="The last twelve months.")
    forecast = ForecastRead()
    workings = serializers.ListField(
        child=serializers.DictField(), allow_null=True, help_text="Null without explain=1."
    )


class OverdueBookingRead(ReadSerializer):
    """A booking that is late, in one line."""

    booking_id = serializers.IntegerField(source="booking.pk")
    booking_number = serializers.CharField(source="booking.booking_number")
    customer = serializers.CharField(source="booking.customer.full_name")
    project_id = serializers.IntegerField(source="booking.project_id")
    project = serializers.CharField(source="booking.project.project_name")
    unit = serializers.CharField(source="booking.unit.unit_number", allow_null=True, default=None)
    currency = serializers.CharField()
    overdue = BalanceField(help_text="Open of what was due before the day.")
    oldest_due_on = serializers.DateField()
    days_overdue = serializers.IntegerField(help_text="Since the oldest due date.")


class CollectionsRead(PageRead):
    """The collections report; the page is that of the overdue bookings, largest first."""

    on = serializers.DateField()
    project_id = serializers.IntegerField(allow_null=True, help_text="Null: all projects.")
    currencies = CollectionsCurrencyRead(many=True)
    overdue_bookings = OverdueBookingRead(many=True)


class CollectionsQuery(WriteSerializer):
    """Which project, and as of which day."""

    blank_is_null = ("project_id", "on")

    project_id = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    on = serializers.DateField(required=False, allow_null=True)

    def validate_on(self, on: date | None) -> date | None:
        """A day on which there can be money."""
        if on is not None and not FIRST <= on <= LAST:
            raise serializers.ValidationError(f"Must be from {FIRST} to {LAST}.")
        return on
