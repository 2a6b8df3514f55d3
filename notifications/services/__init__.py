"""Every write of notifications: tell people, read, preferences, signals to browsers, the steps of sending e-mail."""

from notifications.services.deliver import (
    DeliveryNotFailed,
    drop_waiting_deliveries,
    finish_delivery,
    note_failure,
    queue_waiting_deliveries,
    retry_delivery,
    start_delivery,
)
from notifications.services.devices import (
    TooManyDevices,
    forget_devices,
    register_device,
    remove_device,
)
from notifications.services.outages import ask_for_carriers
from notifications.services.preferences import (
    end_quiet_hours,
    offered_channels,
    quiet_hours_of,
    set_preferences,
    set_quiet_hours,
    wishes_of,
)
from notifications.services.read import mark_all_notifications_read, mark_notification_read
from notifications.services.signals import (
    Heard,
    latest_place,
    purge_signals,
    read_signals,
    signal_due_notifications,
    signal_message,
    signal_notifications,
    signal_read,
    signal_units,
)
from notifications.services.tell import Telling, notify, notify_all
from notifications.services.tickets import (
    Holder,
    ended_sessions,
    open_ticket,
    purge_tickets,
    use_ticket,
)

__all__ = [
    "DeliveryNotFailed",
    "Heard",
    "Holder",
    "Telling",
    "TooManyDevices",
    "ask_for_carriers",
    "drop_waiting_deliveries",
    "end_quiet_hours",
    "ended_sessions",
    "finish_delivery",
    "forget_devices",
    "latest_place",
    "mark_all_notifications_read",
    "mark_notification_read",
    "note_failure",
    "notify",
    "notify_all",
    "offered_channels",
    "open_ticket",
    "purge_signals",
    "purge_tickets",
    "queue_waiting_deliveries",
    "quiet_hours_of",
    "read_signals",
    "register_device",
    "remove_device",
    "retry_delivery",
    "set_preferences",
    "set_quiet_hours",
    "signal_due_notifications",
    "signal_message",
    "signal_notifications",
    "signal_read",
    "signal_units",
    "start_delivery",
    "use_ticket",
    "wishes_of",
]
