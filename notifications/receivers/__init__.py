"""What people are told about: one module per app that speaks. Each loads what happened and calls ``notify``."""

from notifications.receivers import (
    bookings,
    changes,
    messaging,
    payments,
    progress,
    projects,
    promises,
    scheduling,
)

__all__ = [
    "bookings",
    "changes",
    "messaging",
    "payments",
    "progress",
    "projects",
    "promises",
    "scheduling",
]
