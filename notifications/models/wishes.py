"""How people want to be told: types and channels, quiet hours, devices."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from notifications.enums import Channel, NotificationType, Platform
from notifications.querysets import DeviceQuerySet, PreferenceQuerySet, QuietHoursQuerySet
from realestate.core.db.fields import TimestampedModel, enum_check


class Preference(TimestampedModel):
    """Whether a user wants a type of notification over a channel; without a row the default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notification_type = models.CharField(max_length=25, choices=NotificationType)
    channel = models.CharField(max_length=10, choices=Channel)
    enabled = models.BooleanField()

    objects: ClassVar[models.Manager["Preference"]] = PreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "notification_type", "channel"], name="one_preference_per_channel"
            ),
            enum_check("preference_type", "notification_type", NotificationType),
            enum_check("preference_channel", "channel", Channel),
        ]

    def __str__(self) -> str:
        return f"{self.notification_type} over {self.channel}: {'on' if self.enabled else 'off'}"


class QuietHours(TimestampedModel):
    """When a user wants nothing sent; what comes then waits until they end."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    starts = models.TimeField(help_text="Wall clock of the time zone.")
    ends = models.TimeField(help_text="Wall clock of the time zone; before the start: next day.")
    time_zone = models.CharField(max_length=50)

    objects: ClassVar[models.Manager["QuietHours"]] = QuietHoursQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "quiet hours"
        constraints = [
            models.CheckConstraint(name="quiet_hours_end", condition=~Q(starts=F("ends")))
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M} {self.time_zone}"


class Device(TimestampedModel):
    """A telephone or browser that shows push messages."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=500, unique=True, help_text="The push service's name.")
    platform = models.CharField(max_length=10, choices=Platform)
    name = models.CharField(max_length=100, blank=True)

    objects: ClassVar[models.Manager["Device"]] = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [enum_check("device_platform", "platform", Platform)]
        indexes = [models.Index(fields=["user"], name="device_by_user")]

    def __str__(self) -> str:
        return self.name or self.get_platform_display()
