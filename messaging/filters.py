"""Query parameters of message lists."""

import django_filters
from django.db.models import Q

from messaging.models import Conversation, Message
from messaging.querysets import MessageQuerySet
from messaging.rules import PRIORITIES, TYPES
from realestate.core.api.filters import HouseFilterSet, WordFilter

LONGEST_SEARCH = 200  # characters
MOST_WORDS = 8


class MessageFilter(HouseFilterSet):
    """By conversation, project, booking, kind, and whether you have read it."""

    conversation_id = django_filters.NumberFilter(field_name="conversation_id")
    project_id = django_filters.NumberFilter(field_name="conversation__project_id")
    customer_id = django_filters.NumberFilter(field_name="conversation__customer_id")
    booking_id = django_filters.NumberFilter(field_name="booking_id")
    message_type = WordFilter(TYPES, field_name="message_type")
    priority = WordFilter(PRIORITIES, field_name="priority")
    unread_only = django_filters.BooleanFilter(
        method="only_unread", help_text="Only messages to you, unread."
    )
    is_read = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull", exclude=True)

    has_attachments = django_filters.BooleanFilter(
        method="only_attached", help_text="Only messages with, or without, attachments."
    )
    search = django_filters.CharFilter(
        method="only_found", help_text="Words that all occur in the text or the subject."
    )

    class Meta:
        model = Message
        fields: list[str] = []

    def only_attached(self, rows: MessageQuerySet, _name: str, value: bool) -> MessageQuerySet:  # noqa: FBT001  # django-filter's signature
        """With something attached, or without."""
        return rows.exclude(attachments=[]) if value else rows.filter(attachments=[])

    def only_found(self, rows: MessageQuerySet, _name: str, value: str) -> MessageQuerySet:
        """With every word of a search; the first few of a long one."""
        for word in value[:LONGEST_SEARCH].split()[:MOST_WORDS]:
            rows = rows.filter(Q(message_content__icontains=word) | Q(subject__icontains=word))
        return rows

    def only_unread(self, rows: MessageQuerySet, _name: str, value: bool) -> MessageQuerySet:  # noqa: FBT001  # django-filter's signature
        """What waits for the caller."""
        return rows.unread_by(self.request.user) if value and self.request else rows


class ConversationFilter(HouseFilterSet):
    """By project and customer."""

    project_id = django_filters.NumberFilter(field_name="project_id")
    customer_id = django_filters.NumberFilter(field_name="customer_id")

    class Meta:
        model = Conversation
        fields: list[str] = []
