"""Words of the scheduling app; the wire values are the contract's (8.1)."""

from django.db.models import TextChoices


class AppointmentType(TextChoices):
    """What people meet for."""

    SITE_VISIT = "site_visit", "Site visit"
    CONSULTATION = "consultation", "Consultation"
    DOCUMENTATION = "documentation", "Documentation"
    HANDOVER = "handover", "Handover"
    VIRTUAL_TOUR = "virtual_tour", "Virtual tour"
    DESIGN_REVIEW = "design_review", "Design review"
    PROGRESS_UPDATE = "progress_update", "Progress update"


class AppointmentStatus(TextChoices):
    """Where an appointment stands; a reschedule is history, not a state."""

    SCHEDULED = "scheduled", "Scheduled"
    CONFIRMED = "confirmed", "Confirmed"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class AskedStatus(TextChoices):
    """What a client may ask an appointment's status to become."""

    SCHEDULED = "scheduled", "Scheduled"
    CONFIRMED = "confirmed", "Confirmed"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Nobody came"


class AppointmentAction(TextChoices):
    """What moves an appointment."""

    CONFIRM = "confirm", "Confirm"
    REOPEN = "reopen", "Take back the confirmation"
    RESCHEDULE = "reschedule", "Reschedule"
    COMPLETE = "complete", "Complete"
    NO_SHOW = "no_show", "Record a no-show"
    CANCEL = "cancel", "Cancel"


class MeetingLocation(TextChoices):
    """Where people meet."""

    SITE = "site", "Site"
    OFFICE = "office", "Office"
    ONLINE = "online", "Online"


class Outcome(TextChoices):
    """What became of an appointment, where its status does not say."""

    NO_SHOW = "no_show", "Nobody came"


LIVE = frozenset({AppointmentStatus.SCHEDULED, AppointmentStatus.CONFIRMED})
