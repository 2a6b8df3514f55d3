"""Mark what a user has received in one conversation as read."""

from accounts.models import User
from messaging.models import Conversation, Message
from realestate.core import clock
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
    now = clock.now()
    return unread.update(read_at=now, updated_at=now)
