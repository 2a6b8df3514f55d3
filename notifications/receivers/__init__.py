"""What people are told about: one module per app that speaks, or per subject of it.

Each loads what happened and calls ``notify``.
"""

from notifications.receivers import (
    adjustments,
    agreements,
    bookings,
    changes,
    discounts,
    documents,
    endings,
    holds,
    messaging,
    offers,
    payments,
    progress,
    projects,
    promises,
    scheduling,
    unexpected,
)

__all__ = [
    "adjustments",
    "agreements",
    "bookings",
    "changes",
    "discounts",
    "documents",
    "endings",
    "holds",
    "messaging",
    "offers",
    "payments",
    "progress",
    "projects",
    "promises",
    "scheduling",
    "unexpected",
]
