"""Keys of requests that are done once, limits, and numbers without gaps."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from realestate.core.db.fields import enum_check
from realestate.core.enums import KeyState


class IdempotencyKey(models.Model):
    """The first answer to a request with an Idempotency-Key (R0), kept so that a retry gets it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=KeyState, default=KeyState.RUNNING)
    attempt = models.PositiveIntegerField(default=1)
    lease_until = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "route", "key"], name="one_idempotency_key"),
            enum_check("idempotency_state", "state", KeyState),
            models.CheckConstraint(
                name="finished_key_has_an_answer",
                condition=Q(state=KeyState.RUNNING)
                | Q(status_code__isnull=False, body__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class RateCounter(models.Model):
    """When a key was used of late; shared by all processes, counted and refused by one statement."""

    key = models.CharField(max_length=200, unique=True)
    uses = ArrayField(models.DateTimeField(), help_text="What still counts, oldest first.")
    last_used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_used_at"], name="rate_counter_by_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"

    @property
    def count(self) -> int:
        """How many uses are kept."""
        return len(self.uses)


class NumberSeries(models.Model):
    """The last number of a gap-free series (R7.5, R8.1); its row is locked from the number's giving to the commit."""

    series = models.CharField(max_length=30)
    scope_id = models.PositiveBigIntegerField(help_text="The project.")
    period = models.CharField(max_length=9, help_text="The financial year, such as 2026-27.")
    last = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                fields=["series", "scope_id", "period"], name="one_series_per_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.scope_id} {self.period}"
