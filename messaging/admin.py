"""Back-office pages for conversations and messages: read only, they belong to the people who wrote them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Customer
from bookings.models import Booking
from messaging.models import Broadcast, BroadcastRecipient, Conversation, Message
from projects.models import Project
from realestate.core.admin import Neighbour, ReadOnlyAdmin, lend_neighbours, moment


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


@admin.register(Broadcast)
class BroadcastAdmin(ReadOnlyAdmin):
    """What builders told all customers of a project or tower, and how many it has reached."""

    list_display = (
        "__str__",
        "project",
        "tower",
        "sender",
        "reached",
        moment("created_at", "Sent"),
    )
    list_filter = ("created_at", "priority")
    search_fields = ("subject", "message_content", "project__project_name", "sender__email")
    list_select_related = ("project", "tower", "sender")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Broadcast]:
        """With its progress."""
        return super().get_queryset(request).with_progress()  # type: ignore[no-any-return, attr-defined]  # BroadcastQuerySet

    @admin.display(description="Reached")
    def reached(self, row: Any) -> str:
        """Of how many customers."""
        return f"{row.delivered_count} of {row.recipient_count}"


@admin.register(BroadcastRecipient)
class BroadcastRecipientAdmin(ReadOnlyAdmin):
    """Whom broadcasts are for."""

    list_display = ("broadcast", "customer", moment("delivered_at", "Delivered"))
    list_filter = ("delivered_at",)
    search_fields = ("customer__first_name", "customer__last_name", "broadcast__subject")
    list_select_related = ("broadcast", "customer")
    ordering = ("-pk",)


lend_neighbours(
    Booking,
    Neighbour(
        "Messages",
        Message,
        {"conversation__customer": "customer_id", "conversation__project": "project_id"},
    ),
)
lend_neighbours(Customer, Neighbour("Messages", Message, {"conversation__customer": "pk"}))
lend_neighbours(Project, Neighbour("Conversations", Conversation, {"project": "pk"}))
lend_neighbours(Conversation, Neighbour("Messages", Message, {"conversation": "pk"}))
lend_neighbours(Message, Neighbour("Conversation", Conversation, {"pk": "conversation_id"}))
lend_neighbours(Broadcast, Neighbour("For whom", BroadcastRecipient, {"broadcast": "pk"}))
