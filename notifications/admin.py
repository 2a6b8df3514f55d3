"""Back-office pages for notifications and preferences: read only, they follow from events and people's choices."""

from django.contrib import admin

from notifications.models import Notification, Preference, Signal
from realestate.core.admin import ReadOnlyAdmin, moment


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """Who was told what."""

    list_display = (
        "title",
        "user",
        "notification_type",
        "send_via",
        moment("created_at", "Made"),
        moment("sent_at", "Sent"),
        moment("read_at", "Read"),
    )
    list_filter = ("created_at", "notification_type", "send_via", "priority")
    search_fields = ("title", "message", "user__email")
    list_select_related = ("user",)
    ordering = ("-pk",)


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    """Who wants to hear of what, and how."""

    list_display = ("user", "notification_type", "channel", "enabled")
    list_filter = ("notification_type", "channel", "enabled")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("user", "notification_type", "channel")


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    """What browsers were told at once; kept for some days."""

    list_display = ("topic", "object_id", "user", moment("created_at", "Made"))
    list_filter = ("created_at", "topic")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("-pk",)
