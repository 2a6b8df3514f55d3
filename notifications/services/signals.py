"""Signals: what browsers hear at once. Written with the change itself, read by the processes that hold sockets."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper

from accounts.models import User
from messaging.models import Conversation, Message
from notifications.enums import Topic
from notifications.models import Notification, Signal
from notifications.querysets import NotificationQuerySet
from notifications.rules import LOOKED_BACK, SIGNALS_KEPT, Place
from projects.models import Unit
from projects.querysets import public
from realestate.core import bell, clock
from realestate.core.enums import Duty
from realestate.core.transactions import service

Told = tuple[int, str]  # a person, and the key under which it was told something
BATCH = 1_000
LATEST = "SELECT pg_current_snapshot()::text, floor(extract(epoch FROM now()))::bigint"


@dataclass(frozen=True)
class Heard:
    """A signal as it is sent on; ``user_id`` is empty for what everybody may hear."""

    user_id: int | None
    event: dict[str, Any]


@service
def signal_notifications(*, told: Collection[Told]) -> None:
    """A signal to each person for what it was told under a key, once; scheduled ones wait for their time."""
    rows = rows_told(told).due(clock.now()).values_list("pk", "user", "dedupe_key")
    _signal_notifications((pk, person) for pk, person, key in rows if (person, key) in told)


def rows_told(told: Collection[Told]) -> NotificationQuerySet:
    """What people were told under keys; each of the people under any of the keys, so the caller looks at both."""
    people, keys = {person for person, _ in told}, {key for _, key in told}
    return Notification.objects.filter(user__in=people, dedupe_key__in=keys)


@service
def signal_due_notifications() -> int:
    """A signal, once, for notifications whose scheduled time came of late; returns how many those are."""
    now = clock.now()
    rows = Notification.objects.filter(
        scheduled_send_time__gt=now - LOOKED_BACK, scheduled_send_time__lte=now
    )
    due = list(rows.values_list("pk", "user"))
    _signal_notifications(due)
    return len(due)


@service
def signal_message(*, message_id: int) -> None:
    """A signal to the customer and to everybody who reads the builder's inbox."""
    row = Message.objects.select_related("conversation__project").get(pk=message_id)
    payload = {"conversation_id": row.conversation_id, "project_id": row.conversation.project_id}
    _write(
        Signal(user_id=person, topic=Topic.MESSAGE, object_id=row.pk, payload=payload)
        for person in sorted({row.sender_id, row.recipient_id} | _readers(row.conversation))
    )


@service
def signal_read(*, conversation_id: int, reader_id: int, up_to: int) -> None:
    """A signal to the other party that what it wrote was read, up to a message."""
    talk = Conversation.objects.select_related("project").get(pk=conversation_id)
    others = _readers(talk) if reader_id == talk.customer_id else {talk.customer_id}
    payload = {"conversation_id": talk.pk, "project_id": talk.project_id}
    _write(
        Signal(user_id=person, topic=Topic.READ, object_id=up_to, payload=payload)
        for person in sorted(others)
    )


@service
def signal_units(*, unit_ids: Collection[int]) -> None:
    """A signal that units were taken or became free: to everybody, or to the builder of a project not public."""
    is_public = ExpressionWrapper(public("project__"), BooleanField())
    rows = Unit.objects.filter(pk__in=unit_ids).annotate(is_public=is_public).order_by("pk")
    _write(
        Signal(
            user_id=None if everybody else builder,
            topic=Topic.UNIT,
            object_id=unit,
            payload={"project_id": project},
        )
        for unit, project, builder, everybody in rows.values_list(
            "pk", "project", "project__builder", "is_public"
        )
    )


@service
def purge_signals() -> int:
    """Delete what is older than any place that a browser may come back to; returns how many."""
    return Signal.objects.filter(created_at__lt=clock.now() - SIGNALS_KEPT).delete()[0]


def latest_place() -> Place:
    """The place in the stream after everything that is committed now, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST)
        snapshot, at = cursor.fetchone()
    return Place(snapshot, int(at))


def read_signals(
    *,
    after: Place,
    until: Place,
    limit: int,
    hearer: tuple[int | None, Collection[int]] | None = None,
) -> list[Heard]:
    """What was committed between two places, oldest first; for one hearer (user, projects) or for all."""
    rows = Signal.objects.between(after.snapshot, until.snapshot)
    if hearer is not None:
        rows = rows.heard_by(*hearer)
    return [
        Heard(
            row.user_id,
            {
                "id": row.pk,
                "topic": row.topic,
                "object_id": row.object_id,
                "at": row.created_at.isoformat(),
                **row.payload,
            },
        )
        for row in rows.order_by("pk")[:limit]
    ]


def _signal_notifications(rows: Iterable[tuple[int, int]]) -> None:
    _write(Signal(user_id=person, topic=Topic.NOTIFICATION, object_id=pk) for pk, person in rows)


def _readers(talk: Conversation) -> set[int]:
    """Who reads the builder's inbox."""
    people: set[int] = User.objects.keys_acting_for(talk.project.builder_id, Duty.SALES)
    return people


def _write(rows: Iterable[Signal]) -> None:
    fresh = list(rows)
    if fresh:
        Signal.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
        bell.ring()
