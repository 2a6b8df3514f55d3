"""Back-office pages for notifications and preferences: read only, they follow from events and people's choices."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.models import Delivery, Device, Notification, Preference, QuietHours, Signal
from notifications.services import retry_delivery
from realestate.core.admin import ReadOnlyAdmin, moment


class Standing(admin.SimpleListFilter):
    """Waiting, sent, or given up: the dead letters."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What one may look for."""
        return [
            ("waiting", "Waiting"),
            ("stranded", "Waiting for their carrier"),
            ("sent", "Sent"),
            ("failed", "Given up"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """The rows of the choice."""
        match self.value():
            case "waiting":
                return queryset.filter(next_try_at__isnull=False)
            case "stranded":
                return queryset & Delivery.objects.stranded()
            case "sent":
                return queryset.filter(sent_at__isnull=False)
            case "failed":
                return queryset.filter(failed_at__isnull=False)
            case _:
                return queryset


def _retry(actor: Any, pk: int, _reason: str) -> object:
    return retry_delivery(actor=actor, delivery_id=pk)


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


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What is on its way outside; what was given up says why and can be tried again."""

    list_display = (
        "notification",
        "user",
        "channel",
        "tries",
        moment("next_try_at", "Next try"),
        moment("sent_at", "Sent"),
        moment("failed_at", "Given up"),
        "error",
    )
    list_filter = (Standing, "channel", "created_at")
    search_fields = ("notification__title", "notification__user__email", "error")
    list_select_related = ("notification__user",)
    ordering = ("-pk",)
    object_actions = {"retry": ("Try again", _retry)}

    @admin.display(ordering="notification__user__email")
    def user(self, row: Delivery) -> str:
        """Who is to be reached."""
        return row.notification.user.email

    def possible_actions(self, row: Delivery) -> Sequence[str]:
        """Only what was given up."""
        return ["retry"] if row.failed_at is not None else []


@admin.register(QuietHours)
class QuietHoursAdmin(ReadOnlyAdmin):
    """When people want nothing sent."""

    list_display = ("user", "starts", "ends", "time_zone")
    search_fields = ("user__email", "time_zone")
    list_select_related = ("user",)
    ordering = ("-pk",)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """Devices that show push messages; never their tokens."""

    list_display = ("user", "platform", "name", moment("created_at", "Registered"))
    list_filter = ("platform",)
    search_fields = ("user__email", "name")
    list_select_related = ("user",)
    exclude = ("token",)
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
