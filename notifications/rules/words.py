"""Clients' words for types of notifications (contract 8)."""

from notifications.enums import NotificationType as T
from realestate.core.vocabulary import Vocabulary

TYPES = Vocabulary(
    T,
    {
        "booking": T.BOOKING_UPDATE,
        "payment": T.PAYMENT_DUE,
        "appointment": T.APPOINTMENT_REMINDER,
        "progress": T.PROGRESS_UPDATE,
        "message": T.MESSAGE_RECEIVED,
        "change_request": T.CHANGE_REQUEST_UPDATE,
    },
)
