"""The builder's table: flat camelCase rows as the frontend reads them, with snake_case twins (contract 7.4)."""

from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.serializers import made_full_name
from bookings.enums import BookingState, Lifecycle, PaymentPlan
from bookings.models import Booking
from bookings.serializers.reads import MADE_NUMBER
from projects.enums import UnitType
from realestate.core import clock
from realestate.core.api.readings import Made
from realestate.core.api.serializers import MoneyField, PageRead, ReadSerializer


class CustomerDetail(ReadSerializer):
    """Who books."""

    in_sql = {"name": made_full_name()}

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="full_name")
    email = serializers.EmailField(source="user.email")
    phone = serializers.CharField()


class ProjectDetail(ReadSerializer):
    """In which project."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="project_name")
    project_name = serializers.CharField()


class UnitDetail(ReadSerializer):
    """Which unit."""

    id = serializers.IntegerField()
    number = serializers.CharField(source="unit_number")
    unit_number = serializers.CharField()
    type = serializers.ChoiceField(UnitType.choices, source="unit_type")
    unit_type = serializers.ChoiceField(UnitType.choices)
    floor = serializers.IntegerField(source="floor_number")
    area_sqft = serializers.DecimalField(12, 2)


class BuilderBookingRead(ReadSerializer):
    """One row of the builder's table; ``customer``, ``project`` and ``unit`` are texts here."""

    aliases = {
        "bookingNumber": "booking_number",
        "totalAmount": "total_amount",
        "paidAmount": "paid_amount",
        "pendingAmount": "pending_amount",
        "paymentPlan": "payment_plan",
        "paymentProgress": "payment_progress",
        "customerPhone": "customer_phone",
        "unitType": "unit_type",
    }
    figures = (
        "paid_amount",
        "pending_amount",
        "payment_progress",
        "next_payment_amount",
        "next_payment_due",
    )
    related = ("customer__user", "project", "unit")
    order = ("-booking_date", "-pk")
    in_sql = {
        "booking_number": MADE_NUMBER,
        "bookingDate": Made(
            lambda _context, at, zone: clock.local(at, zone).date(),
            ["booking_date", "project__time_zone"],
        ),
        "customer": made_full_name("customer__"),
    }

    @classmethod
    def annotated(cls, rows: Any) -> Any:  # any BookingQuerySet, given back with its own type
        """With where they stand at this moment."""
        return super().annotated(rows.with_lifecycle(clock.now()))

    id = serializers.IntegerField()
    booking_number = serializers.CharField()
    booking_date = serializers.DateTimeField()
    bookingDate = serializers.SerializerMethodField()  # noqa: N815  # the wire's name
    created_at = serializers.DateTimeField()
    customer = serializers.CharField(source="customer.full_name")
    customer_phone = serializers.CharField(source="customer.phone")
    project = serializers.CharField(source="project.project_name")
    unit = serializers.CharField(source="unit.unit_number", default=None, allow_null=True)
    unit_type = serializers.CharField(source="unit.unit_type", default=None, allow_null=True)
    total_amount = MoneyField(allow_null=True)
    paid_amount = MoneyField()
    pending_amount = MoneyField()
    token_amount = MoneyField(allow_null=True)
    next_payment_due = serializers.DateField(allow_null=True)
    next_payment_amount = MoneyField(allow_null=True)
    payment_plan = serializers.ChoiceField(PaymentPlan.choices)
    payment_progress = serializers.DecimalField(5, 2, help_text="Percent, 0 to 100; never null.")
    status = serializers.ChoiceField(Lifecycle.choices)
    booking_status = serializers.ChoiceField(BookingState.choices)
    customer_detail = CustomerDetail(source="customer")
    project_detail = ProjectDetail(source="project")
    unit_detail = UnitDetail(source="unit", allow_null=True)

    def get_bookingDate(self, booking: Booking) -> date:  # noqa: N802  # the wire's name
        """The day in the project's time zone, printed as it is."""
        return clock.local(booking.booking_date, booking.project.time_zone).date()


class StatsRead(ReadSerializer):
    """Counters over all the builder's bookings, whatever the filter shows."""

    total_bookings = serializers.IntegerField()
    pending_bookings = serializers.IntegerField()
    active_bookings = serializers.IntegerField()
    completed_bookings = serializers.IntegerField()
    cancelled_bookings = serializers.IntegerField()
    total_revenue = serializers.DecimalField(17, 2, help_text="Money received.")
    pending_revenue = serializers.DecimalField(17, 2, help_text="Still to come from live bookings.")


class BuilderBookingPageRead(PageRead):
    """A page of the builder's table and its counters."""

    bookings = BuilderBookingRead(many=True)
    stats = StatsRead()
