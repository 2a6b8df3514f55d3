"""Who a user can be, and the words that core's tables use."""

from django.db.models import TextChoices


class Role(TextChoices):
    """The kind of a user; ``user_type`` on the wire."""

    BUILDER = "builder", "Builder"
    CUSTOMER = "customer", "Customer"
    STAFF = "staff", "Staff"


class Duty(TextChoices):
    """What somebody of a builder's team is there for; views and pages say which duty their writing is."""

    PERSONAL = "personal", "Their own account"
    SALES = "sales", "Sales"
    FINANCE = "finance", "Finance"
    SITE = "site", "Site"
    SETUP = "setup", "Set-up"
    PAPERS = "papers", "Documents of bookings"


class SettingScope(TextChoices):
    """Where a runtime setting applies; the narrowest that is set wins."""

    SYSTEM = "system", "System"
    BUILDER = "builder", "Builder"
    PROJECT = "project", "Project"


class SettingKind(TextChoices):
    """What a runtime setting holds."""

    BOOL = "bool", "Yes or no"
    INT = "int", "Whole number"
    DECIMAL = "decimal", "Decimal number"
    STRING = "string", "Text"
    LIST = "list", "List of texts"
    JSON = "json", "JSON object"
    DATE = "date", "Day"


class Visibility(TextChoices):
    """Who may fetch a stored file."""

    PUBLIC = "public", "Public"
    PRIVATE = "private", "Private (signed link)"


class KeyState(TextChoices):
    """Where a request with an idempotency key stands."""

    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"


class FilePurpose(TextChoices):
    """What a file was sent for: it decides which kinds of files are taken and how large they may be."""

    IMAGE = "image", "Picture"
    DOCUMENT = "document", "Document"
    MODEL = "model", "3D model"
    ATTACHMENT = "attachment", "Attachment"
    PROOF = "proof", "Proof of payment"


class ImportState(TextChoices):
    """Where the import of a spreadsheet stands."""

    CHECKING = "checking", "Being checked"
    READY = "ready", "Ready to apply"
    REFUSED = "refused", "Has errors"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    FAILED = "failed", "Failed; nothing was imported"


class RunOutcome(TextChoices):
    """Where a run of a job stands."""

    WAITING = "waiting", "Waiting for a worker"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class RunTrigger(TextChoices):
    """What started a run of a job."""

    SCHEDULE = "schedule", "By itself"
    HAND = "hand", "By hand"
    COMMAND = "command", "By a command"
    EVENT = "event", "By an event"


class ChangeKind(TextChoices):
    """What happened to a row."""

    INSERTED = "inserted", "Inserted"
    UPDATED = "updated", "Updated"
    DELETED = "deleted", "Deleted"


class BulkOutcome(TextChoices):
    """What came of one row of an action on many."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
