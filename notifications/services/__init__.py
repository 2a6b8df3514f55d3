"""Every write of notifications: tell people, read, preferences, signals to browsers, the steps of sending e-mail."""

from notifications.services.deliver import finish_delivery, queue_waiting_deliveries, start_delivery
from notifications.services.preferences import set_preferences, wishes_of
from notifications.services.read import mark_all_notifications_read, mark_notification_read
from notifications.services.signals import (
    Heard,
    latest_place,
    purge_signals,
    read_signals,
    signal_due_notifications,
    signal_message,
    signal_notifications,
    signal_units,
)
from notifications.services.tell import notify
from notifications.services.tickets import (
    Holder,
    ended_sessions,
    open_ticket,
    purge_tickets,
    use_ticket,
)

__all__ = [
    "Heard",
    "Holder",
    "ended_sessions",
    "finish_delivery",
    "latest_place",
    "mark_all_notifications_read",
    "mark_notification_read",
    "notify",
    "open_ticket",
    "purge_signals",
    "purge_tickets",
    "queue_waiting_deliveries",
    "read_signals",
    "set_preferences",
    "signal_due_notifications",
    "signal_message",
    "signal_notifications",
    "signal_units",
    "start_delivery",
    "use_ticket",
    "wishes_of",
]
