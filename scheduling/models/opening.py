"""Who receives people for a project, and when (R14.4)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Builder
from projects.models import Project
from realestate.core.db.fields import TimestampedModel
from scheduling.querysets import HolidayQuerySet, HostQuerySet, WorkingHoursQuerySet
from scheduling.rules import closing_text


class Host(TimestampedModel):
    """Somebody who receives customers for a builder, one at a time (R14.2); the builder is the first."""

    builder = models.ForeignKey(Builder, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, help_text="Customers read it.")
    phone = models.CharField(max_length=30, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Hears of the appointments; without one the builder does.",
    )
    projects = models.ManyToManyField(
        Project, blank=True, related_name="+", help_text="Empty: all projects of the builder."
    )
    is_active = models.BooleanField(default=True, help_text="Receives new appointments.")

    objects: ClassVar[models.Manager["Host"]] = HostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["builder", "user"], name="one_host_per_login"),
            models.CheckConstraint(name="host_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """When a project receives people: local times of a weekday; without any row the settings hold (R14.4)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday, 6 is Sunday.")
    opens = models.TimeField(help_text="Wall clock of the project.")
    closes = models.TimeField(help_text="Wall clock of the project.")  # MIDNIGHT: 24:00

    objects: ClassVar[models.Manager["WorkingHours"]] = WorkingHoursQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(name="weekday_is_0_to_6", condition=Q(weekday__range=(0, 6))),
            models.CheckConstraint(
                name="opens_before_it_closes", condition=Q(opens__lt=F("closes"))
            ),
            models.UniqueConstraint(
                fields=["project", "weekday", "opens"], name="one_opening_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens:%H:%M}-{closing_text(self.closes)}"


class Holiday(models.Model):
    """A day on which a project receives nobody (R14.4)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    name = models.CharField(max_length=100)

    objects: ClassVar[models.Manager["Holiday"]] = HolidayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "day"], name="one_holiday_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.day:%Y-%m-%d}"
