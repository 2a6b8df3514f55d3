"""What has been built: phases of projects, construction updates, milestones and certificates."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from progress.enums import CertificateKind, MilestoneState, PhaseStatus, Priority, UpdateType
from progress.querysets import (
    CertificateQuerySet,
    MilestoneQuerySet,
    PhaseQuerySet,
    UpdateQuerySet,
)
from projects.models import Project, Tower, link_list, text_list
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.models import StoredFile


class ProjectProgress(TimestampedModel):
    """A phase of a project and how far it is."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField(default=1)
    phase_name = models.CharField(max_length=200)
    phase_description = models.TextField(blank=True)
    start_date = models.DateField(null=True, blank=True)
    expected_end_date = models.DateField(null=True, blank=True)
    actual_end_date = models.DateField(null=True, blank=True)
    progress_percentage = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    status = models.CharField(max_length=12, choices=PhaseStatus, default=PhaseStatus.NOT_STARTED)
    milestone_images = link_list()
    contractor_notes = models.TextField(blank=True, help_text="Never shown to customers.")
    customer_visible = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["ProjectProgress"]] = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = "project phase"
        constraints = [
            enum_check("phase_status", "status", PhaseStatus),
            models.CheckConstraint(
                name="phase_percentage_in_range", condition=Q(progress_percentage__range=(0, 100))
            ),
            models.CheckConstraint(
                name="phase_dates_in_order",
                condition=Q(expected_end_date__gte=F("start_date"))
                | Q(start_date=None)
                | Q(expected_end_date=None),
            ),
        ]
        indexes = [models.Index(fields=["project", "sequence", "id"], name="phase_by_project")]

    def __str__(self) -> str:
        return self.phase_name


class ConstructionUpdate(TimestampedModel):
    """News from the site: a draft until it is published."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    update_title = models.CharField(max_length=200)
    update_content = models.TextField()
    update_type = models.CharField(max_length=10, choices=UpdateType, default=UpdateType.GENERAL)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    images = link_list()
    videos = link_list()
    tags = text_list()
    weather_impact = models.CharField(max_length=300, blank=True)
    estimated_delay_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_public = models.BooleanField(
        default=False, help_text="Readable by everybody, not only by buyers."
    )
    published_at = models.DateTimeField(null=True, blank=True, help_text="Empty: a draft.")
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["ConstructionUpdate"]] = UpdateQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("update_type", "update_type", UpdateType),
            enum_check("update_priority", "priority", Priority),
        ]
        indexes = [models.Index(fields=["project", "-created_at", "-id"], name="update_by_project")]

    def __str__(self) -> str:
        return self.update_title

    @property
    def is_published(self) -> bool:
        """Whether customers may read it."""
        return self.published_at is not None


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
