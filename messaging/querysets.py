"""Who may read which conversations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from bookings.querysets import scope

if TYPE_CHECKING:
    from messaging.models import Conversation, Message  # noqa: F401  # generic parameters


class ConversationQuerySet(QuerySet["Conversation"]):
    """Conversations."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the customer, the project's builder and staff."""
        return scope(self, user)  # type: ignore[no-any-return]


class MessageQuerySet(QuerySet["Message"]):
    """Messages."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties of the conversation and staff."""
        return scope(self, user, "conversation__")  # type: ignore[no-any-return]

    def unread_by(self, user: Any) -> Self:  # User
        """Messages to a user that it has not read."""
        return self.filter(recipient=user.pk, read_at=None)
