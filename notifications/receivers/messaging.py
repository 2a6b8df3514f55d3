"""Messaging speaks: the recipient reads who has written."""

from accounts.models import User
from messaging.events import MessageSent, MessagesRead
from messaging.models import Message
from notifications import services
from notifications.enums import NotificationType, Priority
from realestate.core.enums import Duty, Role
from realestate.core.events import on

EXCERPT = 200


@on(MessageSent)
def tell_recipient(event: MessageSent) -> None:
    """The sender, the project and how the message begins; a builder's inbox is read by whoever sells for it."""
    row = Message.objects.select_related(
        "conversation__customer", "conversation__project__builder"
    ).get(pk=event.message_id)
    project = row.conversation.project
    from_customer = row.sender_type == Role.CUSTOMER
    sender = row.conversation.customer.full_name if from_customer else project.builder.company_name
    people = {event.recipient_id}
    if from_customer:
        people = User.objects.keys_acting_for(event.recipient_id, Duty.SALES)
    services.notify(
        user_ids=people,
        notification_type=NotificationType.MESSAGE_RECEIVED,
        title=f"Message from {sender}",
        message=f"{project.project_name}: {_beginning(row.message_content)}",
        related=("message", row.pk),
        dedupe_key=f"message:{row.pk}",
        priority=Priority(row.priority),
        action_url="/builder/messages" if from_customer else "/customer/messages",
    )


@on(MessageSent)
def signal_parties(event: MessageSent) -> None:
    """Browsers of both: the sender may have another one open."""
    services.signal_message(message_id=event.message_id)


@on(MessagesRead)
def signal_sender(event: MessagesRead) -> None:
    """The browser of who wrote shows that it was read."""
    services.signal_read(
        conversation_id=event.conversation_id, reader_id=event.reader_id, up_to=event.up_to
    )


def _beginning(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"
