"""Send a message. The sender is always the caller; the recipient follows from the conversation."""

from typing import TypedDict, Unpack

from accounts.models import User
from accounts.services import relate
from messaging.events import MessageSent
from messaging.models import Conversation, Message
from messaging.services.partners import Pair, pair_for
from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.files import attached
from realestate.core.locking import lock
from realestate.core.transactions import service


class ClientIdTaken(DomainError):
    """This client_id was used for another message."""

    code, status = "client_id_taken", 409


register_conflict("one_message_per_client_id", ClientIdTaken)


class Words(TypedDict, total=False):
    """What a message says beside its content."""

    subject: str
    message_type: str
    priority: str
    attachments: list[str]


@service
def send_message(
    *,
    actor: User,
    message_content: str,
    project_id: int | None = None,
    booking_id: int | None = None,
    parent_message_id: int | None = None,
    recipient_id: int | None = None,
    client_id: str = "",
    **words: Unpack[Words],
) -> tuple[Message, bool]:
    """Write to the other party of a project, booking or message; returns the message and whether it is new.

    The same ``client_id`` with the same content to the same party is the same message: it is returned, not stored
    again. Attachments are web addresses or files that the sender uploaded. Messages of a conversation are stored in
    the order of their keys, under a lock on its row. Raises ClientIdTaken, InvalidValue; DoesNotExist for strangers
    and for a recipient who is not the other party.
    """
    pair = pair_for(
        actor=actor,
        project_id=project_id,
        booking_id=booking_id,
        parent_message_id=parent_message_id,
        recipient_id=recipient_id,
    )
    conversation = open_conversation(pair)
    if client_id and (twin := Message.objects.filter(sender=actor, client_id=client_id).first()):
        if (twin.conversation_id, twin.message_content) != (conversation.pk, message_content):
            raise ClientIdTaken
        return twin, False
    words["attachments"] = attached(
        actor=actor, addresses=words.get("attachments", []), field="attachments"
    )
    row = Message(
        conversation=conversation,
        sender=actor,
        recipient_id=pair.other_than(actor),
        booking_id=booking_id,
        message_content=message_content,
        client_id=client_id,
        **words,
    )
    if parent_message_id is not None:
        row.parent = Message.objects.get(pk=parent_message_id)
        row.thread_id = row.parent.thread_id or row.parent.pk
    return write(actor, pair, row), True


def write(actor: User, pair: Pair, row: Message) -> Message:
    """Within a service that holds the conversation: store a message, and tell."""
    row.save(force_insert=True)
    relate(customer_id=pair.customer_id, builder_id=pair.builder_id)
    audit.record(actor, row, "sent", after={"conversation": row.conversation_id})
    publish(MessageSent(message_id=row.pk, recipient_id=row.recipient_id))
    return row


def open_conversation(pair: Pair) -> Conversation:
    """The pair's conversation, made if need be, and locked."""
    pairs = Conversation.objects.filter(customer=pair.customer_id, project=pair.project_id)
    if not pairs.exists():
        # Another request may do the same at this moment: the constraint makes one row, and both find it.
        fresh = Conversation(customer_id=pair.customer_id, project_id=pair.project_id)
        Conversation.objects.bulk_create([fresh], ignore_conflicts=True)
    return lock(Conversation.objects.all(), pairs.get().pk)
