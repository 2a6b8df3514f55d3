"""The promised completion of projects and towers."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from progress.querysets import CompletionDateQuerySet
from projects.models import Project, Tower


class CompletionDate(models.Model):
    """A completion date that buyers were told, and why it replaced the one before; never changed or removed."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    tower = models.ForeignKey(
        Tower,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: of the whole project.",
    )
    number = models.PositiveSmallIntegerField(help_text="1 is the first promise.")
    promised_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True, help_text="Buyers read it.")
    revised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    revised_at = models.DateTimeField()

    objects: ClassVar[models.Manager["CompletionDate"]] = CompletionDateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "tower", "number"],
                nulls_distinct=False,
                name="one_completion_date_per_number",
            ),
            models.CheckConstraint(
                name="completion_date_counts_from_1", condition=models.Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promised_on:%Y-%m-%d}"
