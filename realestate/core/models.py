"""The ground's own tables: settings, audit, changes, idempotency keys, rate counters and stored files."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from realestate.core import setting_cache
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import (
    BulkOutcome,
    ChangeKind,
    FilePurpose,
    ImportState,
    KeyState,
    Role,
    RunOutcome,
    RunTrigger,
    SettingScope,
    Visibility,
)
from realestate.core.setting_querysets import SettingQuerySet


class SystemSetting(TimestampedModel):
    """A runtime setting that differs from its default; the definition in code gives type, limits and help."""

    key = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, choices=SettingScope, default=SettingScope.SYSTEM)
    scope_id = models.PositiveBigIntegerField(
        default=0, help_text="Builder or project id; 0 for the system."
    )
    value = models.JSONField(blank=True)  # an empty text or list is a value, too

    objects = SettingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "scope", "scope_id"], name="one_setting_per_scope"
            ),
            enum_check("setting_scope", "scope", SettingScope),
            models.CheckConstraint(
                name="setting_scope_has_its_id",
                condition=Q(scope=SettingScope.SYSTEM, scope_id=0)
                | (~Q(scope=SettingScope.SYSTEM) & Q(scope_id__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return (
            self.key
            if self.scope == SettingScope.SYSTEM
            else f"{self.key} ({self.scope} {self.scope_id})"
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever changes a setting reads the change."""
        setting_cache.forget()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Whoever removes a setting reads the default."""
        setting_cache.forget()
        return super().delete(*args, **kwargs)


class SettingsVersion(models.Model):
    """One row: a random token that a trigger renews with every change of a setting; see ``setting_cache``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_version_of_the_settings", condition=Q(id=1))
        ]

    def __str__(self) -> str:
        return str(self.token)


def this_transaction() -> models.Func:
    """The number of the present transaction, the same on all that it writes; another one after a restore, too."""
    return models.Func(function="core_transaction", output_field=models.UUIDField())


class AuditEntry(models.Model):
    """One change of a business row, in the words of the service. Append-only: a trigger refuses UPDATE and DELETE."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty when the platform itself acted.",
    )
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    action = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    transaction = models.UUIDField(
        null=True,
        editable=False,
        db_default=this_transaction(),
        help_text="Names the changes of rows that belong to it. Empty: from before they were kept.",
    )

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["transaction"], name="audit_by_transaction"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}: {self.action}"


class RowChange(models.Model):
    """A row of the business that was inserted, updated or deleted, by whomever. Written by a trigger; append-only.

    Who and why say the audit entries of the same transaction; without one it was no service of the platform.
    """

    at = models.DateTimeField(help_text="When its transaction began.")
    transaction = models.UUIDField()
    login = models.CharField(max_length=63, help_text="Of the database.")
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=ChangeKind)
    before = models.JSONField(help_text="The changed columns as they were; of a deleted row all.")
    after = models.JSONField(
        help_text="The changed columns. Empty for a new row: what it said is in the row and in its later changes."
    )

    class Meta:
        verbose_name_plural = "changes of rows"
        constraints = [enum_check("change_kind", "kind", ChangeKind)]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="change_by_object"),
            models.Index(fields=["transaction"], name="change_by_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} {self.kind}"


class Seal(models.Model):
    """What an append-only table held up to a row, as a digest that only the platform's key makes; append-only too."""

    stream = models.CharField(max_length=60, help_text="The table.")
    last_id = models.BigIntegerField(help_text="The last row under this seal.")
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="Of the rows and the seal before it.")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "last_id"], name="one_seal_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.stream} up to {self.last_id}"


class IdempotencyKey(models.Model):
    """The first answer to a request with an Idempotency-Key (R0), kept so that a retry gets it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=KeyState, default=KeyState.RUNNING)
    attempt = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "route", "key"], name="one_idempotency_key"),
            enum_check("idempotency_state", "state", KeyState),
            models.CheckConstraint(
                name="finished_key_has_an_answer",
                condition=Q(state=KeyState.RUNNING)
                | Q(status_code__isnull=False, body__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class RateCounter(models.Model):
    """When a key was used of late; shared by all processes, counted and refused by one statement."""

    key = models.CharField(max_length=200, unique=True)
    uses = ArrayField(models.DateTimeField(), help_text="What still counts, oldest first.")
    last_used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_used_at"], name="rate_counter_by_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"

    @property
    def count(self) -> int:
        """How many uses are kept."""
        return len(self.uses)


class JobRun(models.Model):
    """One run of a periodic job, or a failed run of another; the newest of each job are kept."""

    name = models.CharField("job", max_length=100)
    outcome = models.CharField(max_length=10, choices=RunOutcome, default=RunOutcome.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    did = models.TextField("result", blank=True, help_text="What it did, or why it failed.")
    trigger = models.CharField("started", max_length=10, choices=RunTrigger)
    triggered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    queue_id = models.BigIntegerField(
        "number in the queue", null=True, blank=True, help_text="Empty for commands."
    )

    class Meta:
        verbose_name_plural = "maintenance"
        permissions = [("start_job", "Can start jobs by hand and try failed ones again")]
        constraints = [
            enum_check("run_outcome", "outcome", RunOutcome),
            enum_check("run_trigger", "trigger", RunTrigger),
            models.CheckConstraint(
                name="finished_run_has_an_end",
                condition=Q(
                    outcome__in=[RunOutcome.WAITING, RunOutcome.RUNNING], finished_at__isnull=True
                )
                | Q(outcome__in=[RunOutcome.DONE, RunOutcome.FAILED], finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["name", "-id"], name="run_by_job"),
            models.Index(fields=["queue_id"], name="run_by_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    """Actions on many rows."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own; in the back office the platform's staff see all."""
        return self.filter(requested_by=user.pk) if user.pk else self.none()

    def with_counts(self) -> Self:
        """Annotate ``total``, ``done`` and ``refused``: counted, never stored."""
        of = {outcome: Q(lines__outcome=outcome) for outcome in BulkOutcome}
        return self.annotate(
            total=models.Count("lines"),
            done=models.Count("lines", filter=of[BulkOutcome.DONE]),
            refused=models.Count("lines", filter=of[BulkOutcome.REFUSED]),
        )


class BulkRun(models.Model):
    """One action of the back office on many rows, each of them by itself; its lines say what came of it."""

    table = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    label = models.CharField("what was done", max_length=100)
    reason = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["BulkRun"]] = BulkRunQuerySet.as_manager()

    class Meta:
        verbose_name = "action on many rows"
        verbose_name_plural = "actions on many rows"
        indexes = [models.Index(fields=["requested_by", "-id"], name="bulk_run_by_person")]

    def __str__(self) -> str:
        return f"{self.label}, {self.pk}"


class BulkLine(models.Model):
    """A row of an action on many, under the name that it had; done once, whoever tries again."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="lines")
    row_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=BulkOutcome, default=BulkOutcome.WAITING)
    detail = models.CharField("why", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "row_id"], name="one_bulk_line_per_row"),
            enum_check("bulk_outcome", "outcome", BulkOutcome),
        ]

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """The last number of a gap-free series (R7.5, R8.1); its row is locked from the number's giving to the commit."""

    series = models.CharField(max_length=30)
    scope_id = models.PositiveBigIntegerField(help_text="The project.")
    period = models.CharField(max_length=9, help_text="The financial year, such as 2026-27.")
    last = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "scope_id", "period"], name="one_series_per_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.scope_id} {self.period}"


class StoredFile(TimestampedModel):
    """A file in the storage: its name there is random, what people call it is ``name``."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, unique=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    purpose = models.CharField(
        max_length=10,
        choices=FilePurpose,
        blank=True,
        default="",
        help_text="What somebody sent it for; empty: the platform made it.",
    )
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels, of pictures.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels, of pictures.")

    class Meta:
        constraints = [
            enum_check("file_visibility", "visibility", Visibility),
            models.CheckConstraint(
                name="file_purpose_is_known",
                condition=models.Q(purpose__in=["", *FilePurpose.values]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    """Imports of spreadsheets."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own, for staff all: the file may hold what a colleague of another job does not see."""
        if getattr(user, "user_type", None) == Role.STAFF:
            return self.all()
        return self.filter(made_by=user.pk) if user.pk else self.none()


class ImportRun(TimestampedModel):
    """A spreadsheet that somebody sent to be imported: what it would change, and whether it did."""

    kind = models.CharField(max_length=30)
    scope_id = models.PositiveBigIntegerField(
        default=0, help_text="The project; 0 where there is none."
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    table = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What was read from the file, so that it is read once.",
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKING)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(
        default=0, help_text="Rows so far; written beside the import's own transaction."
    )
    counts = models.JSONField(default=dict, help_text="New, changed, unchanged and wrong rows.")
    report = models.JSONField(default=dict, help_text="The problems, and what changes.")
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["ImportRun"]] = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "import"
        constraints = [
            enum_check("import_state", "state", ImportState),
            models.CheckConstraint(
                name="applied_import_has_its_day",
                condition=~Q(state=ImportState.APPLIED)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["made_by", "-id"], name="import_by_maker")]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.kind}"
