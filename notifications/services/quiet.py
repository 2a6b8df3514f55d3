"""Quiet hours of the person whom a notification is for (R20)."""

from datetime import datetime

from notifications.enums import Priority
from notifications.models import Notification, QuietHours
from notifications.rules import quiet_until


def quiet_end(notification: Notification, now: datetime) -> datetime | None:
    """Until when nothing of it leaves the house; None: it may go now, as what is critical always may."""
    if notification.priority == Priority.CRITICAL:
        return None
    hours = QuietHours.objects.filter(user=notification.user_id).first()
    if hours is None:
        return None
    return quiet_until(now, start=hours.starts, end=hours.ends, zone=hours.time_zone)
