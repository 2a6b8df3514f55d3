"""Words of the messaging app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class MessageType(TextChoices):
    """What a message is about."""

    INQUIRY = "inquiry", "Inquiry"
    COMPLAINT = "complaint", "Complaint"
    UPDATE = "update", "Update"
    GENERAL = "general", "General"


class Priority(TextChoices):
    """How urgent a message is."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class BroadcastState(TextChoices):
    """How far a broadcast is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being delivered"
    FINISHED = "finished", "Delivered"
