"""Who did what, what the database kept of it, and the seals over both."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realestate.core.db.fields import enum_check
from realestate.core.enums import (
    ChangeKind,
)


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
