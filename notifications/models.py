"""What people are told: one row per person and event, whatever the channel."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from notifications.enums import Channel, NotificationType, Priority
from notifications.querysets import NotificationQuerySet, PreferenceQuerySet
from realestate.core.db.fields import TimestampedModel, enum_check


class Notification(TimestampedModel):
    """Something that a user should know."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notification_type = models.CharField(max_length=25, choices=NotificationType)
    title = models.CharField(max_length=200)
    message = models.TextField()
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    send_via = models.CharField(max_length=10, choices=Channel, default=Channel.IN_APP)
    related_entity_type = models.CharField(max_length=50, blank=True)
    related_entity_id = models.BigIntegerField(null=True, blank=True)
    action_url = models.CharField(max_length=500, blank=True)
    dedupe_key = models.CharField(max_length=200, blank=True, help_text="Says it once per person.")
    scheduled_send_time = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When it reached its channel.")
    next_try_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When to send it; empty: nothing is to be sent, or no longer.",
    )
    tries = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Notification"]] = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("notification_type", "notification_type", NotificationType),
            enum_check("notification_priority", "priority", Priority),
            enum_check("notification_channel", "send_via", Channel),
            models.UniqueConstraint(
                fields=["user", "dedupe_key"], condition=~Q(dedupe_key=""), name="say_it_once"
            ),
        ]
        indexes = [
            models.Index(
                F("user"),
                Coalesce("scheduled_send_time", "created_at").desc(),
                F("id").desc(),
                name="notification_by_user",
            ),
            models.Index(fields=["user"], name="unread_notification", condition=Q(read_at=None)),
            models.Index(
                fields=["next_try_at"],
                name="waiting_notification",
                condition=Q(sent_at=None, next_try_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        """Whether the user has opened it."""
        return self.read_at is not None

    @property
    def is_sent(self) -> bool:
        """Whether it has reached its channel."""
        return self.sent_at is not None


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
