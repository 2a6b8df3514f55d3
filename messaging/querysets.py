"""Who may read which conversations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.querysets import scope

if TYPE_CHECKING:
    from messaging.models import Conversation, Message  # noqa: F401  # generic parameters


class ConversationQuerySet(QuerySet["Conversation"]):
    """Conversations."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the customer, the project's builder and staff."""
        return scope(self, user)

    def with_summary(self, messages: QuerySet[Message], user: Any) -> Self:  # User or AnonymousUser
        """Annotate the last of the given messages and how many a user has not read: counted, never stored (D6)."""
        own = messages.filter(conversation=OuterRef("pk"))
        last = own.order_by("-pk")
        unread = own.filter(recipient=user.pk, read_at=None).order_by().values("conversation")
        return self.annotate(
            last_message_id=Subquery(last.values("pk")[:1]),
            last_message=Subquery(last.values("message_content")[:1]),
            last_message_time=Subquery(last.values("created_at")[:1]),
            unread_count=Coalesce(
                Subquery(
                    unread.annotate(count=Count("pk")).values("count"), output_field=IntegerField()
                ),
                Value(0),
            ),
        )


class MessageQuerySet(QuerySet["Message"]):
    """Messages."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties of the conversation and staff."""
        return scope(self, user, "conversation__")

    def unread_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Messages to a user that it has not read."""
        return self.filter(recipient=user.pk, read_at=None)
