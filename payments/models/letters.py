"""Batches of demand letters: asked for by a builder, made by the worker into one file."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payments.enums import LetterState
from payments.querysets import LetterBatchQuerySet
from progress.models import Milestone
from projects.models import Project
from realestate.core.db.fields import enum_check
from realestate.core.models import StoredFile


class LetterBatch(models.Model):
    """The letters of some demands of a project in one file, and how far the worker is with it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first_on = models.DateField(null=True, blank=True, help_text="Issued from.")
    last_on = models.DateField(null=True, blank=True, help_text="Issued until.")
    demands: "ArrayField[list[int], list[int]]" = ArrayField(
        models.BigIntegerField(), help_text="Chosen when it was asked for."
    )
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.WAITING)
    done = models.PositiveIntegerField(default=0, help_text="Letters made so far.")
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["LetterBatch"]] = LetterBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "letter batches"
        constraints = [
            enum_check("letter_state", "state", LetterState),
            models.CheckConstraint(
                name="finished_letters_have_a_file",
                condition=~Q(state=LetterState.FINISHED) | Q(file__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="letter_batch_by_project")]

    def __str__(self) -> str:
        return f"LB-{self.pk:06d}"

    @property
    def total(self) -> int:
        """How many letters it has."""
        return len(self.demands)
