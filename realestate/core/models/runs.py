"""Runs of the platform's own jobs."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from realestate.core.db.fields import enum_check
from realestate.core.enums import (
    RunOutcome,
    RunTrigger,
)


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
