"""Every write of notifications: tell people, read, preferences, and the steps of sending by e-mail."""

from notifications.services.deliver import finish_delivery, queue_waiting_deliveries, start_delivery
from notifications.services.preferences import set_preferences, wishes_of
from notifications.services.read import mark_all_notifications_read, mark_notification_read
from notifications.services.tell import notify

__all__ = [
    "finish_delivery",
    "mark_all_notifications_read",
    "mark_notification_read",
    "notify",
    "queue_waiting_deliveries",
    "set_preferences",
    "start_delivery",
    "wishes_of",
]
