"""Actions of the back office on many rows, and what came of each."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from realestate.core.db.fields import enum_check
from realestate.core.enums import (
    BulkOutcome,
)


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
