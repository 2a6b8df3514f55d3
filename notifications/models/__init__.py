"""Notifications, how they leave the house, how people want them, and signals to browsers."""

from notifications.models.notifications import Delivery, Notification
from notifications.models.realtime import Signal, Ticket
from notifications.models.wishes import Device, Preference, QuietHours

__all__ = [
    "Delivery",
    "Device",
    "Notification",
    "Preference",
    "QuietHours",
    "Signal",
    "Ticket",
]
