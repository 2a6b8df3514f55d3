"""Notifications over HTTP."""

from notifications.views.notifications import NotificationViewSet
from notifications.views.realtime import TicketView
from notifications.views.wishes import DeviceViewSet, PreferencesView, QuietHoursView

__all__ = [
    "DeviceViewSet",
    "NotificationViewSet",
    "PreferencesView",
    "QuietHoursView",
    "TicketView",
]
