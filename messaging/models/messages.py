"""Who wrote what to whom: a conversation is a customer and a project; the builder follows from the project."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from accounts.models import Customer
from bookings.models import Booking
from messaging.enums import MessageType, Priority
from messaging.querysets import ConversationQuerySet, MessageQuerySet
from projects.models import Project, text_list
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import Role


class Conversation(TimestampedModel):
    """Everything that a customer and a builder write about a project."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    newest = models.ForeignKey(
        "Message",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # conversation_newest
        help_text="The last message; kept by a trigger on messages (docs/adr/0015).",
    )

    objects: ClassVar[models.Manager["Conversation"]] = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "project"], name="one_conversation_per_pair"
            )
        ]
        indexes = [
            models.Index(fields=["project"], name="conversation_by_project"),
            # The order of everybody's rows, as staff see them.
            models.Index(fields=["-newest", "-id"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id}, project {self.project_id}"


class Message(TimestampedModel):
    """One message; the sender is always the caller."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="messages"
    )
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    thread = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The message that a thread began with; empty for that message itself.",
    )
    subject = models.CharField(max_length=200, blank=True)
    message_content = models.TextField()
    message_type = models.CharField(max_length=10, choices=MessageType, default=MessageType.GENERAL)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    attachments = text_list()
    client_id = models.CharField(
        max_length=64, blank=True, help_text="Set by the sender's device; stops twins."
    )
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Message"]] = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("message_type", "message_type", MessageType),
            enum_check("message_priority", "priority", Priority),
            models.UniqueConstraint(
                fields=["sender", "client_id"],
                condition=~Q(client_id=""),
                name="one_message_per_client_id",
            ),
            models.CheckConstraint(
                name="nobody_writes_to_themselves", condition=~Q(sender=F("recipient"))
            ),
            models.CheckConstraint(name="message_has_content", condition=~Q(message_content="")),
            models.CheckConstraint(
                name="reply_stands_in_a_thread",
                condition=Q(parent=None, thread=None)
                | Q(parent__isnull=False, thread__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="message_by_conversation"),
            models.Index(
                fields=["recipient", "conversation"],
                name="unread_message",
                condition=Q(read_at=None),
            ),
            models.Index(fields=["sender", "-id"], name="message_by_sender"),
            # Few among many: what is urgent, or not at all, and what has files.
            models.Index(
                fields=["priority", "-id"],
                name="message_not_medium",
                condition=~Q(priority=Priority.MEDIUM),
            ),
            models.Index(fields=["-id"], name="message_attached", condition=~Q(attachments=[])),
            GinIndex(
                OpClass(Upper("message_content"), name="gin_trgm_ops"),
                OpClass(Upper("subject"), name="gin_trgm_ops"),
                name="message_trigrams",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_content[:40]

    @property
    def is_read(self) -> bool:
        """Whether the recipient has opened it."""
        return self.read_at is not None

    @property
    def sender_type(self) -> Role:
        """Which party of the conversation wrote it."""
        return Role.CUSTOMER if self.sender_id == self.conversation.customer_id else Role.BUILDER

    @property
    def recipient_type(self) -> Role:
        """Which party of the conversation it is for."""
        return Role.BUILDER if self.sender_type == Role.CUSTOMER else Role.CUSTOMER
