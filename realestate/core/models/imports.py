"""Imports of spreadsheets."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import (
    ImportState,
    Role,
)
from realestate.core.models.files import StoredFile


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
