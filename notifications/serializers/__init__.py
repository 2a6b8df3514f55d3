"""Notifications on the wire."""

from notifications.serializers.notifications import (
    NotificationPageRead,
    NotificationRead,
    NotificationsMarkedRead,
)
from notifications.serializers.realtime import TicketRead
from notifications.serializers.wishes import (
    ChannelsRead,
    DeviceRead,
    DeviceWrite,
    PreferencesRead,
    PreferencesWrite,
    QuietHoursAnswer,
    QuietHoursRead,
    QuietHoursWrite,
)

__all__ = [
    "ChannelsRead",
    "DeviceRead",
    "DeviceWrite",
    "NotificationPageRead",
    "NotificationRead",
    "NotificationsMarkedRead",
    "PreferencesRead",
    "PreferencesWrite",
    "QuietHoursAnswer",
    "QuietHoursRead",
    "QuietHoursWrite",
    "TicketRead",
]
