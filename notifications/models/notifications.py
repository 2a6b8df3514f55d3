"""What people are told: one row per person and event, with one delivery per channel outside the app."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from notifications.enums import Channel, NotificationType, Priority
from notifications.querysets import DeliveryQuerySet, NotificationQuerySet
from notifications.rules import OUTSIDE
from realestate.core.db.fields import TimestampedModel, enum_check


class Notification(TimestampedModel):
    """Something that a user should know; always shown in the app, and sent over the channels of its deliveries."""

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
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When it first reached somebody outside; else its time."
    )
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
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        """Whether the user has opened it."""
        return self.read_at is not None

    @property
    def is_sent(self) -> bool:
        """Whether it has reached a channel."""
        return self.sent_at is not None


class Delivery(TimestampedModel):
    """A notification on its way over one channel outside the app."""

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=10, choices=Channel)
    next_try_at = models.DateTimeField(
        null=True, blank=True, help_text="When to send it; empty: sent, or given up."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was given up; it can be tried again by hand."
    )
    error = models.CharField(max_length=300, blank=True, help_text="What the last try met with.")
    # No constraint ties it to ``next_try_at``: code of the release before, which does not know it, finishes deliveries.
    is_stranded = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The last try did not reach the carrier; it goes as soon as another one does.",
    )

    objects: ClassVar[models.Manager["Delivery"]] = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel"], name="one_delivery_per_channel"
            ),
            enum_check("delivery_channel", "channel", Channel),
            models.CheckConstraint(
                name="delivery_channel_is_outside", condition=Q(channel__in=OUTSIDE)
            ),
            models.CheckConstraint(
                name="delivery_waits_is_sent_or_given_up",
                condition=Q(next_try_at__isnull=False, sent_at=None, failed_at=None)
                | Q(next_try_at=None, sent_at__isnull=False, failed_at=None)
                | Q(next_try_at=None, sent_at=None, failed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="waiting_delivery",
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(
                fields=["channel", "next_try_at"],
                name="stranded_delivery",
                condition=Q(is_stranded=True),
            ),
            models.Index(
                fields=["-failed_at"], name="dead_letter", condition=Q(failed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification} by {self.get_channel_display()}"
