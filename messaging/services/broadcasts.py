"""Broadcasts: chosen and queued in one transaction, delivered in batches in the background, each customer once."""

from typing import Unpack

from accounts.models import User
from messaging.models import Broadcast, BroadcastRecipient, Conversation, Message
from messaging.services.partners import Pair
from messaging.services.send import ClientIdTaken, Words, write
from projects.models import Claim, Project, Tower
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.files import attached
from realestate.core.jobs import defer
from realestate.core.locking import lock, lock_all
from realestate.core.transactions import service

BATCH = 100


class NoRecipients(DomainError):
    """Nobody has booked or holds a unit there."""

    code, status = "no_recipients", 422


register_conflict("one_broadcast_per_client_id", ClientIdTaken)


@service
def send_broadcast(
    *,
    actor: User,
    project_id: int,
    message_content: str,
    tower_id: int | None = None,
    client_id: str = "",
    **words: Unpack[Words],
) -> tuple[Broadcast, bool]:
    """Tell every customer with a live claim in a project, or in one of its towers; returns it and whether it is new.

    Whom it is for is decided now; who books later does not get it. Raises NoRecipients (422), ClientIdTaken (409),
    InvalidValue; DoesNotExist for strangers.
    """
    project = lock(Project.objects.editable_by(actor), project_id)
    tower = Tower.objects.filter(project=project).get(pk=tower_id) if tower_id else None
    if client_id and (twin := Broadcast.objects.filter(sender=actor, client_id=client_id).first()):
        same = (twin.project_id, twin.tower_id, twin.message_content)
        if same != (project.pk, tower_id, message_content):
            raise ClientIdTaken
        return twin, False
    people = _customers(project.pk, tower_id)
    if not people:
        raise NoRecipients
    words["attachments"] = attached(
        actor=actor, addresses=words.get("attachments", []), field="attachments"
    )
    row = Broadcast.objects.create(
        project=project,
        tower=tower,
        sender=actor,
        message_content=message_content,
        client_id=client_id,
        **words,
    )
    BroadcastRecipient.objects.bulk_create(
        [BroadcastRecipient(broadcast=row, customer_id=person) for person in people],
        batch_size=1_000,
    )
    audit.record(actor, row, "broadcast", after={"recipients": len(people)})
    defer("messaging.deliver_broadcast", broadcast_id=row.pk)
    return row, True


@service
def deliver_batch(*, broadcast_id: int) -> int:
    """Deliver to the next ``BATCH`` customers whom it has not reached; returns how many those were.

    The broadcast's lock lets one worker deliver at a time, so that nobody gets it twice.
    """
    row = lock(Broadcast.objects.all(), broadcast_id)
    project = Project.objects.get(pk=row.project_id)
    waiting = {
        recipient.customer_id: recipient
        for recipient in row.recipients.waiting().order_by("pk")[:BATCH]
    }
    now = clock.now()
    for conversation in _conversations(project.pk, list(waiting)):
        recipient = waiting[conversation.customer_id]
        pair = Pair(
            customer_id=conversation.customer_id,
            project_id=project.pk,
            builder_id=project.builder_id,
        )
        recipient.message = write(row.sender, pair, _message(row, conversation))
        recipient.delivered_at = now
    BroadcastRecipient.objects.bulk_update(waiting.values(), ["message", "delivered_at"])
    return len(waiting)


@service
def queue_unfinished_broadcasts() -> int:
    """A job for each broadcast that has not reached everybody, in case its worker died; returns how many."""
    found = list(Broadcast.objects.unfinished().order_by("pk").values_list("pk", flat=True))
    for pk in found:
        defer("messaging.deliver_broadcast", broadcast_id=pk)
    return len(found)


def _customers(project_id: int, tower_id: int | None) -> list[int]:
    claims = Claim.objects.live(clock.now()).filter(unit__project=project_id, parties__isnull=False)
    if tower_id is not None:
        claims = claims.filter(unit__tower=tower_id)
    return sorted(set(claims.values_list("parties", flat=True)))


def _conversations(project_id: int, people: list[int]) -> list[Conversation]:
    """The conversations with these customers, made if need be, locked in one order."""
    Conversation.objects.bulk_create(
        [Conversation(customer_id=person, project_id=project_id) for person in people],
        ignore_conflicts=True,
    )
    rows = Conversation.objects.filter(project=project_id, customer__in=people)
    return lock_all(Conversation.objects.all(), rows.values_list("pk", flat=True))


def _message(row: Broadcast, conversation: Conversation) -> Message:
    return Message(
        conversation=conversation,
        sender=row.sender,
        recipient_id=conversation.customer_id,
        subject=row.subject,
        message_content=row.message_content,
        message_type=row.message_type,
        priority=row.priority,
        attachments=row.attachments,
    )
