"""Back-office page for reminders: read only, they follow from what is open (R20)."""

from django.contrib import admin

from payments.models import Reminder
from realestate.core.admin import ReadOnlyAdmin, moment, text


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Who was reminded of what."""

    list_display = (
        text("demand.number", "Demand"),
        text("demand.booking.customer", "Customer"),
        "rung",
        "channel",
        moment("sent_at", "Sent"),
    )
    list_filter = ("channel", "rung", "sent_at")
    search_fields = (
        "demand__number",
        "demand__booking__customer__first_name",
        "demand__booking__customer__last_name",
    )
    list_select_related = ("demand__booking__customer",)
    ordering = ("-pk",)
