"""What people are told: one row per person and event, whatever the channel."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce, Now

from accounts.models import Session
from notifications.enums import Channel, NotificationType, Priority, Topic
from notifications.querysets import (
    NotificationQuerySet,
    PreferenceQuerySet,
    SignalQuerySet,
    TicketQuerySet,
)
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


class Signal(models.Model):
    """A word to browsers that something is new, written with the change itself; they fetch the rest from the API.

    Rows are not read in the order of their keys: transactions commit in another order than they began. Each row knows
    its transaction (``written_in``), and a reader knows which transactions it has seen (see ``SignalQuerySet``).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who hears it; empty: everybody.",
    )
    topic = models.CharField(max_length=20, choices=Topic)
    object_id = models.BigIntegerField()
    payload = models.JSONField(default=dict, blank=True, help_text="Keys of related rows, no more.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    written_in = models.BigIntegerField(
        db_default=Cast(
            Cast(models.Func(function="pg_current_xact_id"), models.TextField()),
            models.BigIntegerField(),
        ),
        editable=False,
        help_text="The transaction.",
    )

    objects: ClassVar[models.Manager["Signal"]] = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("signal_topic", "topic", Topic),
            models.UniqueConstraint(
                fields=["user", "topic", "object_id"],
                condition=~Q(topic=Topic.UNIT),
                name="one_signal_per_news",
            ),
        ]
        indexes = [
            models.Index(fields=["written_in"], name="signal_by_transaction"),
            models.Index(fields=["created_at"], name="signal_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.object_id}"


class Ticket(models.Model):
    """Opens one socket, once, within a minute. The ticket itself is not kept, only its hash."""

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Ticket"]] = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ticket_of_a_user_has_a_session",
                condition=Q(user=None, session=None) | Q(user__isnull=False, session__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="ticket_by_expiry")]

    def __str__(self) -> str:
        return f"ticket {self.pk}"
