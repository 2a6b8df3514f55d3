"""Back-office pages for conversations and messages: read only, they belong to the people who wrote them."""

from django.contrib import admin

from messaging.models import Conversation, Message
from realestate.core.admin import ReadOnlyAdmin, moment


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    """Who writes to whom about what."""

    list_display = ("customer", "project", moment("updated_at", "Last change"))
    search_fields = ("customer__first_name", "customer__last_name", "project__project_name")
    list_select_related = ("customer", "project")
    ordering = ("-pk",)


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What was written."""

    list_display = (
        "__str__",
        "sender",
        "recipient",
        "message_type",
        "priority",
        moment("created_at", "Sent"),
        moment("read_at", "Read"),
    )
    list_filter = ("created_at", "message_type", "priority")
    search_fields = ("subject", "message_content", "sender__email", "recipient__email")
    list_select_related = ("sender", "recipient")
    ordering = ("-pk",)
