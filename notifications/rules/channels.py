"""What goes over which channel unless the user says otherwise, and when a failed try is tried again."""

from datetime import timedelta

from notifications.enums import Channel, NotificationType

T = NotificationType

# What has a date or money on it reaches people who are not looking; chat and site news wait in the app.
EMAIL_BY_DEFAULT = frozenset(
    {T.BOOKING_UPDATE, T.PAYMENT_DUE, T.APPOINTMENT_REMINDER, T.CHANGE_REQUEST_UPDATE}
)
# A text message costs somebody money, so it is asked for. Who registers a device for push wants to hear of things.
OUTSIDE = (Channel.EMAIL, Channel.SMS, Channel.PUSH)

# Minutes until a failed try is followed by another; after the last it is given up.
PAUSES = (2, 10, 30, 60, 240, 720, 1440)
# All of them: how long somebody may have to wait for news of a carrier that was away.
LONGEST_WAIT = timedelta(minutes=sum(PAUSES))


def default_for(notification_type: str, channel: str) -> bool:
    """Whether a type goes over a channel as long as the user has not said anything."""
    match channel:
        case Channel.EMAIL:
            return notification_type in EMAIL_BY_DEFAULT
        case Channel.SMS:
            return False
        case _:
            return True


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None when enough is enough."""
    return timedelta(minutes=PAUSES[tries - 1]) if tries <= len(PAUSES) else None
