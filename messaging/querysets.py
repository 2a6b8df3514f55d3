"""Who may read which conversations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.querysets import scope
from projects.querysets import editable

if TYPE_CHECKING:
    from messaging.models import (  # noqa: F401  # generic parameters
        Broadcast,
        BroadcastRecipient,
        Conversation,
        Message,
    )


def inbox(user: Any) -> int | None:  # User or AnonymousUser
    """To whom messages that somebody reads are addressed: a builder's team has one inbox, the builder's."""
    return getattr(user, "builder_id", None) or user.pk  # type: ignore[no-any-return]  # the key of a user


class ConversationQuerySet(QuerySet["Conversation"]):
    """Conversations."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the customer, the project's builder and staff."""
        return scope(self, user)

    def with_summary(self, messages: QuerySet[Message], user: Any) -> Self:  # User or AnonymousUser
        """Annotate the last message, and how many of the given ones a user has not read: counted, never stored (D6)."""
        own = messages.filter(conversation=OuterRef("pk"))
        unread = own.filter(recipient=inbox(user), read_at=None).order_by().values("conversation")
        return self.annotate(
            last_message=F("newest__message_content"),
            last_message_time=F("newest__created_at"),
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

    def with_replies(self) -> Self:
        """Annotate how many answers each has got."""
        replies = self.model._base_manager.filter(parent=OuterRef("pk")).order_by()  # noqa: SLF001  # Django's API
        counted = replies.values("parent").annotate(count=Count("pk")).values("count")
        return self.annotate(
            reply_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
        )

    def unread_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Messages to a user, or to the builder that it acts for, which nobody there has read."""
        return self.filter(recipient=inbox(user), read_at=None)


class BroadcastQuerySet(QuerySet["Broadcast"]):
    """Broadcasts."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the project's builder and staff; customers read the messages."""
        return self.filter(editable(user, "project__"))

    def with_progress(self) -> Self:
        """Annotate how many it is for and how many it has reached: counted, never stored (D6)."""
        return self.annotate(
            recipient_count=Count("recipients"),
            delivered_count=Count("recipients", filter=Q(recipients__message__isnull=False)),
            finished_at=Max("recipients__delivered_at"),
        )

    def unfinished(self) -> Self:
        """Those that have not reached everybody."""
        return self.filter(recipients__message=None).distinct()


class BroadcastRecipientQuerySet(QuerySet["BroadcastRecipient"]):
    """Whom broadcasts are for."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """As the broadcast."""
        return self.filter(editable(user, "broadcast__project__"))

    def waiting(self) -> Self:
        """Those that it has not reached."""
        return self.filter(message=None)
