"""One text to all customers of a project or a tower, delivered as messages of their own."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Customer
from messaging.enums import MessageType, Priority
from messaging.models.messages import Message
from messaging.querysets import BroadcastQuerySet, BroadcastRecipientQuerySet
from projects.models import Project, Tower, text_list
from realestate.core.db.fields import TimestampedModel, enum_check


class Broadcast(TimestampedModel):
    """What a builder tells the customers of a project or tower; how far it is follows from its recipients."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    tower = models.ForeignKey(
        Tower, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    message_content = models.TextField()
    message_type = models.CharField(max_length=10, choices=MessageType, default=MessageType.UPDATE)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    attachments = text_list()
    client_id = models.CharField(
        max_length=64, blank=True, help_text="Set by the sender's device; stops twins."
    )

    objects: ClassVar[models.Manager["Broadcast"]] = BroadcastQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("broadcast_type", "message_type", MessageType),
            enum_check("broadcast_priority", "priority", Priority),
            models.UniqueConstraint(
                fields=["sender", "client_id"],
                condition=~Q(client_id=""),
                name="one_broadcast_per_client_id",
            ),
            models.CheckConstraint(name="broadcast_has_content", condition=~Q(message_content="")),
        ]
        indexes = [models.Index(fields=["project", "-id"], name="broadcast_by_project")]

    def __str__(self) -> str:
        return self.subject or self.message_content[:40]


class BroadcastRecipient(models.Model):
    """A customer whom a broadcast is for, chosen when it was sent, and the message that reached it."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    message = models.OneToOneField(
        Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["BroadcastRecipient"]] = (
        BroadcastRecipientQuerySet.as_manager()
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["broadcast", "customer"], name="one_broadcast_per_customer"
            ),
            models.CheckConstraint(
                name="delivered_broadcast_has_a_message",
                condition=Q(message=None, delivered_at=None)
                | Q(message__isnull=False, delivered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["broadcast"], name="broadcast_to_deliver", condition=Q(message=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)
