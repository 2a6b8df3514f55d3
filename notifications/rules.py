"""What is sent by e-mail unless the user says otherwise, when a failed e-mail is tried again, clients' words."""

from datetime import timedelta

from notifications.enums import Channel, NotificationType
from realestate.core.vocabulary import Vocabulary

T = NotificationType

# What has a date or money on it reaches people who are not looking; chat and site news wait in the app.
EMAIL_BY_DEFAULT = frozenset(
    {T.BOOKING_UPDATE, T.PAYMENT_DUE, T.APPOINTMENT_REMINDER, T.CHANGE_REQUEST_UPDATE}
)
# SMS and push join when they have an adapter; a choice that nothing honours is not offered.
OFFERED = (Channel.IN_APP, Channel.EMAIL)

# Minutes until an e-mail is tried again; after the last it is given up.
PAUSES = (2, 10, 30, 60, 240, 720, 1440)

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


def default_for(notification_type: str, channel: str) -> bool:
    """Whether a type goes over a channel as long as the user has not said anything."""
    return channel == Channel.IN_APP or (
        channel == Channel.EMAIL and notification_type in EMAIL_BY_DEFAULT
    )


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None when enough is enough."""
    return timedelta(minutes=PAUSES[tries - 1]) if tries <= len(PAUSES) else None
