"""Phases of projects and news from the site."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from progress.enums import PhaseStatus, Priority, UpdateType
from progress.querysets import PhaseQuerySet, UpdateQuerySet
from projects.models import Project, Tower, link_list, text_list
from realestate.core.db.fields import TimestampedModel, enum_check


class ProjectProgress(TimestampedModel):
    """A phase of a project and how far it is."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    tower = models.ForeignKey(
        Tower,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: of the whole project.",
    )
    sequence = models.PositiveSmallIntegerField(default=1)
    phase_name = models.CharField(max_length=200)
    phase_description = models.TextField(blank=True)
    start_date = models.DateField(null=True, blank=True)
    expected_end_date = models.DateField(null=True, blank=True)
    actual_end_date = models.DateField(null=True, blank=True)
    progress_percentage = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    weight = models.DecimalField(
        max_digits=7, decimal_places=2, default=1, help_text="How much it counts in the whole."
    )
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
            models.CheckConstraint(name="phase_counts", condition=Q(weight__gt=0)),
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
