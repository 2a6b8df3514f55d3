"""Mark what a user has received in one conversation as read."""

from django.db.models import Count

from accounts.models import User
from messaging.events import MessagesRead
from messaging.models import Conversation, Message
from realestate.core import clock
from realestate.core.events import publish
from realestate.core.transactions import service


@service
def mark_conversation_read(*, actor: User, conversation_id: int, up_to: int | None = None) -> int:
    """Set ``read_at`` on the actor's unread incoming messages of one conversation; returns how many.

    ``up_to`` is the newest message that the actor has seen: what arrived after it stays unread. Nobody else's
    messages, no other conversation, and no message that was read before is touched. Raises DoesNotExist for strangers.
    """
    conversation = Conversation.objects.for_user(actor).get(pk=conversation_id)
    unread = Message.objects.unread_by(actor).filter(conversation=conversation)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    newest = unread.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return 0
    now = clock.now()
    count = unread.filter(pk__lte=newest).update(read_at=now, updated_at=now)
    publish(MessagesRead(conversation_id=conversation.pk, reader_id=actor.pk, up_to=newest))
    return count


def unread_of(user: User) -> dict[str, int]:
    """How many messages wait for a user, in how many conversations; one query."""
    waiting = Message.objects.unread_by(user)
    counts: dict[str, int] = waiting.aggregate(
        messages=Count("pk"), conversations=Count("conversation", distinct=True)
    )
    return counts
