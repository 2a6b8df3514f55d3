"""The wire shapes of messages and conversations (contract 7.7)."""

from typing import Any

from rest_framework import serializers

from messaging.enums import MessageType, Priority
from messaging.models import Conversation, Message
from messaging.rules import MAX_ATTACHMENTS, MAX_CONTENT, PRIORITIES, TYPES, is_openable
from realestate.core.api.links import opened_links, reader_in
from realestate.core.api.serializers import PageRead, ReadSerializer, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.files import opened


class ChatMessageRead(ReadSerializer):
    """One message."""

    aliases = {"content": "message_content"}
    related = ("conversation",)

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    customer_id = serializers.IntegerField(source="conversation.customer_id")
    project_id = serializers.IntegerField(source="conversation.project_id")
    booking_id = serializers.IntegerField(allow_null=True)
    parent_message_id = serializers.IntegerField(source="parent_id", allow_null=True)
    sender_id = serializers.IntegerField()
    sender_type = serializers.CharField(help_text="`customer` or `builder`.")
    recipient_id = serializers.IntegerField()
    recipient_type = serializers.CharField(help_text="`builder` or `customer`.")
    subject = serializers.CharField()
    message_content = serializers.CharField()
    message_type = serializers.ChoiceField(choices=MessageType.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    attachments = opened_links()
    attachment_url = serializers.SerializerMethodField(help_text="The first attachment.")
    client_id = serializers.CharField(help_text="What the sender's device called it.")
    reply_count = serializers.IntegerField(help_text="Answers to this very message.")
    is_read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_attachment_url(self, row: Message) -> str | None:
        """The first attachment, for clients that know only one."""
        if not row.attachments:
            return None
        return opened(row.attachments[0], reader_in(self.context))


class ChatMessagePageRead(PageRead):
    """A page of messages."""

    messages = ChatMessageRead(many=True)


class ConversationRead(ReadSerializer):
    """A conversation: what a customer and a builder write about a project."""

    related = ("customer", "project__builder")

    id = serializers.IntegerField()
    customer_id = serializers.IntegerField()
    customer_name = serializers.CharField(source="customer.full_name")
    customer_avatar = serializers.SerializerMethodField(
        help_text="Always null: customers have no picture yet."
    )
    project_id = serializers.IntegerField()
    project_name = serializers.CharField(source="project.project_name")
    builder_id = serializers.IntegerField(source="project.builder_id")
    builder_name = serializers.CharField(source="project.builder.company_name")
    last_message = serializers.CharField(allow_null=True)
    last_message_time = serializers.DateTimeField(allow_null=True)
    unread_count = serializers.IntegerField(help_text="Messages to you that you have not read.")
    status = serializers.SerializerMethodField(
        help_text="`active`, or `archived` with its project."
    )

    def get_customer_avatar(self, _row: Conversation) -> str | None:
        """There is no picture to show yet."""
        return None

    def get_status(self, row: Conversation) -> str:
        """A conversation ends with its project."""
        return "archived" if row.project.archived_at else "active"


class UnreadRead(serializers.Serializer[Any]):
    """What waits for you."""

    unread_count = serializers.IntegerField(help_text="Messages to you that you have not read.")
    unreadCount = serializers.IntegerField(help_text="Alias of `unread_count`.")  # noqa: N815  # wire name
    conversations = serializers.IntegerField(help_text="In how many conversations they are.")


class ConversationMarkedRead(serializers.Serializer[Any]):
    """How many messages became read; two pairs of names for two generations of clients."""

    message = serializers.CharField()
    count = serializers.IntegerField()
    success = serializers.BooleanField()
    marked_read = serializers.IntegerField()


class AttachmentsWrite(WriteSerializer):
    """What is attached: files that you uploaded, or web addresses."""

    attachments = serializers.ListField(
        child=serializers.CharField(max_length=500),
        max_length=MAX_ATTACHMENTS,
        required=False,
        allow_null=True,
        help_text="The `url` of what you uploaded, or web addresses.",
    )
    attachment_url = serializers.CharField(max_length=500, required=False, allow_null=True)

    def validate_attachments(self, addresses: list[str] | None) -> list[str]:
        """Only addresses that a browser may follow."""
        return [self.validate_attachment_url(address) for address in addresses or []]

    def validate_attachment_url(self, address: str | None) -> str:
        """A web address or a path on this server."""
        if address is not None and not is_openable(address):
            message = "Enter a web address or a path that starts with a slash."
            raise serializers.ValidationError(message)
        return address or ""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The one attachment of older clients becomes the first of the list."""
        single = attrs.pop("attachment_url", "")
        listed = attrs.get("attachments", [])
        if single and single not in listed:
            attrs["attachments"] = [single, *listed]
        return attrs


class MessageWrite(AttachmentsWrite):
    """A new message. The sender is the caller; the recipient follows from project, booking or parent."""

    aliases = {"content": "message_content", "parent_id": "parent_message_id"}
    blank_is_null = (
        "recipient_id",
        "project_id",
        "booking_id",
        "parent_message_id",
        "attachment_url",
    )
    example = {
        "project_id": 1,
        "message_content": "When can we see the show flat?",
        "message_type": "inquiry",
    }

    message_content = serializers.CharField(max_length=MAX_CONTENT)
    project_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True
    )
    booking_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True
    )
    parent_message_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True
    )
    recipient_id = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        required=False,
        allow_null=True,
        help_text="Builders name the customer; for customers it is the project's builder anyway.",
    )
    subject = serializers.CharField(max_length=200, allow_blank=True, required=False)
    message_type = WordField(TYPES, required=False)
    priority = WordField(PRIORITIES, required=False)
    client_id = serializers.CharField(
        max_length=64,
        allow_blank=True,
        required=False,
        help_text="A name that your device gives the message: sending it again stores nothing twice.",
    )
