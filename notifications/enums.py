"""Words of the notifications app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class NotificationType(TextChoices):
    """What a notification is about."""

    BOOKING_UPDATE = "booking_update", "Booking"
    PAYMENT_DUE = "payment_due", "Payment"
    APPOINTMENT_REMINDER = "appointment_reminder", "Appointment"
    PROGRESS_UPDATE = "progress_update", "Progress"
    MESSAGE_RECEIVED = "message_received", "Message"
    CHANGE_REQUEST_UPDATE = "change_request_update", "Change request"


class Priority(TextChoices):
    """How urgent a notification is."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class Channel(TextChoices):
    """How a notification reaches a person."""

    IN_APP = "in_app", "In the app"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    PUSH = "push", "Push"


class Topic(TextChoices):
    """What a browser hears about at once."""

    NOTIFICATION = "notification", "Notification"
    MESSAGE = "message", "Message"
    READ = "read", "Messages read"
    UNIT = "unit", "Unit"


class Platform(TextChoices):
    """What kind of device shows a push message."""

    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    WEB = "web", "Browser"
