"""Tell people something, in the transaction of what happened: what is undone was never told."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict, Unpack

from notifications.enums import Channel, NotificationType, Priority
from notifications.models import Notification, Preference
from notifications.rules import default_for
from notifications.services.signals import signal_notifications
from realestate.core import clock
from realestate.core.jobs import defer
from realestate.core.transactions import service

AT_ONCE = 20  # e-mails that get a job of their own; of a larger crowd the rest go with the next minute's sweep
BATCH = 500
TITLE_LENGTH = 200


class Options(TypedDict, total=False):
    """What most notifications do not need."""

    priority: Priority
    action_url: str
    scheduled_send_time: datetime


@service
def notify(
    *,
    user_ids: Iterable[int],
    notification_type: NotificationType,
    title: str,
    message: str,
    related: tuple[str, int],
    dedupe_key: str,
    **options: Unpack[Options],
) -> None:
    """One notification per person, with an e-mail for those who want this type by e-mail.

    ``related`` is the kind and key of what it is about; ``action_url`` a path of the frontend. Who was told something
    under the same ``dedupe_key`` before is not told again. Three statements however many people there are, and at most
    ``AT_ONCE`` jobs.
    """
    people = sorted(set(user_ids))
    if not people:
        return
    now = clock.now()
    due = options.get("scheduled_send_time") or now
    by_email = _by_email(people, notification_type)
    rows = [
        Notification(
            user_id=person,
            notification_type=notification_type,
            title=title[:TITLE_LENGTH],
            message=message,
            related_entity_type=related[0],
            related_entity_id=related[1],
            dedupe_key=dedupe_key,
            send_via=Channel.EMAIL if person in by_email else Channel.IN_APP,
            sent_at=None if person in by_email else due,
            next_try_at=due if person in by_email else None,
            **options,
        )
        for person in people
    ]
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    signal_notifications(user_ids=people, dedupe_key=dedupe_key)
    _send_soon(by_email, dedupe_key, now)


def _by_email(people: list[int], notification_type: NotificationType) -> set[int]:
    chosen = Preference.objects.filter(
        user__in=people, notification_type=notification_type, channel=Channel.EMAIL
    )
    said = dict(chosen.values_list("user", "enabled"))
    default = default_for(notification_type, Channel.EMAIL)
    return {person for person in people if said.get(person, default)}


def _send_soon(people: set[int], dedupe_key: str, now: datetime) -> None:
    if not people:
        return
    waiting = Notification.objects.waiting(now).filter(user__in=people, dedupe_key=dedupe_key)
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        defer("notifications.deliver", notification_id=pk)
