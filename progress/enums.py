"""Words of the progress app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class PhaseStatus(TextChoices):
    """How far a phase is."""

    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    DELAYED = "delayed", "Delayed"


class MilestoneState(TextChoices):
    """R7.1: how far a stage of construction is, as far as money is concerned."""

    PENDING = "pending", "Pending"
    REPORTED = "reported", "Reported as done"
    CERTIFIED = "certified", "Certified"


class MilestoneAction(TextChoices):
    """R7.1: what moves a milestone."""

    REPORT = "report", "Report as done"
    CERTIFY = "certify", "Certify"
    UNCERTIFY = "uncertify", "Take the certification back"


class CertificateKind(TextChoices):
    """What an authority certifies for a tower or a project."""

    COMMENCEMENT = "commencement", "Commencement"
    COMPLETION = "completion", "Completion"
    OCCUPANCY = "occupancy", "Occupancy"


class UpdateType(TextChoices):
    """What a construction update is about."""

    MILESTONE = "milestone", "Milestone"
    DELAY = "delay", "Delay"
    GENERAL = "general", "General"
    SAFETY = "safety", "Safety"
    QUALITY = "quality", "Quality"


class Priority(TextChoices):
    """How urgent an update is."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"
