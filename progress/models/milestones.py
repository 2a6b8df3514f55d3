"""Stages of construction that make money due, and what authorities certify."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from progress.enums import CertificateKind, MilestoneState
from progress.querysets import CertificateQuerySet, MilestoneQuerySet
from projects.models import Project, Tower, link_list
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.models import StoredFile


class Milestone(TimestampedModel):
    """A stage of construction of a tower, or of a project without towers; its certification makes demands (R7)."""

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # one_milestone_per_place
    )
    tower = models.ForeignKey(
        Tower, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sequence = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30, help_text="What payment plans call it, such as plinth.")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    is_billable = models.BooleanField(
        default=True, help_text="Stages above wait for its certification (R7.2)."
    )
    planned_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=MilestoneState, default=MilestoneState.PENDING)
    photos = link_list()
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    certified_on = models.DateField(
        null=True, blank=True, help_text="The day on which the stage was done, as certified."
    )
    certified_at = models.DateTimeField(null=True, blank=True)
    certified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    certifier_name = models.CharField(
        max_length=200, blank=True, help_text="The architect or engineer who certified."
    )
    certificate = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    override_reason = models.CharField(
        max_length=500, blank=True, help_text="Why it was certified out of order; buyers see it."
    )

    objects: ClassVar[models.Manager["Milestone"]] = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("milestone_state", "state", MilestoneState),
            models.UniqueConstraint(
                fields=["project", "tower", "sequence"],
                nulls_distinct=False,
                deferrable=models.Deferrable.IMMEDIATE,  # two stages may change places in one statement
                name="one_milestone_per_place",
            ),
            models.UniqueConstraint(
                fields=["project", "tower", "code"],
                nulls_distinct=False,
                name="one_milestone_per_code",
            ),
            models.CheckConstraint(
                name="certified_milestone_says_when_and_who",
                condition=~Q(state=MilestoneState.CERTIFIED)
                | Q(
                    certified_on__isnull=False,
                    certified_at__isnull=False,
                    certified_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="override_takes_two_persons",
                condition=Q(override_reason="")
                | Q(reported_by__isnull=False, certified_by__isnull=False)
                & ~Q(certified_by=F("reported_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Certificate(models.Model):
    """What an authority certified for a tower, or for the whole project (R3.3, R5.7)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    tower = models.ForeignKey(
        Tower, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=CertificateKind)
    number = models.CharField(max_length=100)
    issued_on = models.DateField()
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Certificate"]] = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("certificate_kind", "kind", CertificateKind),
            models.UniqueConstraint(
                fields=["project", "tower", "kind", "number"],
                nulls_distinct=False,
                name="one_certificate_per_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} certificate {self.number}"
