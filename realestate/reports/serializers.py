"""The shapes of the home pages."""

from rest_framework import serializers

from bookings.enums import BookingState, Lifecycle
from realestate.core.api.serializers import MoneyField, ReadSerializer
from scheduling.enums import AppointmentStatus, AppointmentType


class CountsRead(ReadSerializer):
    """How many there are, and of which status."""

    total = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())


class BookingCountsRead(ReadSerializer):
    """Bookings by lifecycle, and their money in the currency of the projects."""

    total_bookings = serializers.IntegerField()
    pending_bookings = serializers.IntegerField()
    active_bookings = serializers.IntegerField()
    completed_bookings = serializers.IntegerField()
    cancelled_bookings = serializers.IntegerField()
    total_revenue = MoneyField(help_text="Paid so far, except maintenance and penalties.")
    pending_revenue = MoneyField(help_text="Still to be paid on pending and active bookings.")


class BookingMonthRead(ReadSerializer):
    """Bookings of a month."""

    month = serializers.CharField(help_text="YYYY-MM, in Asia/Kolkata.")
    bookings = serializers.IntegerField()


class CollectionMonthRead(ReadSerializer):
    """Money of a month."""

    month = serializers.CharField(help_text="YYYY-MM, by value date.")
    amounts = serializers.DictField(child=MoneyField(), help_text="Currency → amount received.")


class RecentBookingRead(ReadSerializer):
    """A booking in one line."""

    id = serializers.IntegerField()
    booking_number = serializers.CharField()
    booking_date = serializers.DateTimeField()
    booking_status = serializers.ChoiceField(BookingState.choices)
    status = serializers.ChoiceField(Lifecycle.choices)
    customer = serializers.CharField()
    project = serializers.CharField()
    unit = serializers.CharField(allow_null=True)
    total_amount = MoneyField(allow_null=True)
    paid_amount = MoneyField()
    currency = serializers.CharField()


class UpcomingAppointmentRead(ReadSerializer):
    """An appointment in one line."""

    id = serializers.IntegerField()
    appointment_type = serializers.ChoiceField(AppointmentType.choices)
    appointment_date = serializers.DateTimeField()
    status = serializers.ChoiceField(AppointmentStatus.choices)
    customer = serializers.CharField()
    project = serializers.CharField()


class LatestUpdateRead(ReadSerializer):
    """News from the site in one line."""

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    project = serializers.CharField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()


class HomeRead(ReadSerializer):
    """What both home pages show."""

    bookings = BookingCountsRead()
    recent_bookings = RecentBookingRead(many=True)
    appointments_next_7_days = serializers.IntegerField()
    upcoming_appointments = UpcomingAppointmentRead(many=True)
    unread_messages = serializers.IntegerField()
    unread_notifications = serializers.IntegerField()
    open_change_requests = serializers.IntegerField()


class BuilderHomeRead(HomeRead):
    """The builder's home page."""

    projects = CountsRead()
    units = CountsRead(help_text="By the status of this moment.")
    new_bookings_30_days = serializers.IntegerField()
    holds_ending_soon = serializers.IntegerField(
        help_text="Bookings on hold whose hold ends within two hours."
    )
    bookings_by_month = BookingMonthRead(many=True, help_text="The last twelve months.")
    collections_by_month = CollectionMonthRead(many=True, help_text="The last twelve months.")


class CustomerHomeRead(HomeRead):
    """The customer's home page."""

    latest_updates = LatestUpdateRead(many=True)
