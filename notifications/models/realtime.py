"""What browsers are told at once, and the tickets that open their sockets."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Now

from accounts.models import Session
from notifications.enums import Topic
from notifications.querysets import SignalQuerySet, TicketQuerySet
from realestate.core.db.fields import enum_check


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
