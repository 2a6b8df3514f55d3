"""Tell people something, in the transaction of what happened: what is undone was never told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from notifications.enums import Channel, NotificationType, Priority
from notifications.models import Delivery, Device, Notification, Preference
from notifications.rules import OUTSIDE, default_for
from notifications.services.preferences import offered_channels
from notifications.services.signals import signal_notifications
from realestate.core import clock
from realestate.core.jobs import defer
from realestate.core.transactions import service

AT_ONCE = 20  # deliveries that get a job of their own; of a larger crowd the rest go with the next minute's sweep
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
    """One notification per person, with a delivery over each channel outside that the person wants for this type.

    ``related`` is the kind and key of what it is about; ``action_url`` a path of the frontend. Who was told something
    under the same ``dedupe_key`` before is not told again. As many statements for a crowd as for one person, and at
    most ``AT_ONCE`` jobs.
    """
    told = Notification.objects.filter(user__in=set(user_ids), dedupe_key=dedupe_key)
    people = sorted({*user_ids} - set(told.values_list("user", flat=True)))
    if not people:
        return
    due = options.get("scheduled_send_time") or clock.now()
    ways = _ways(people, notification_type)
    rows = [
        Notification(
            user_id=person,
            notification_type=notification_type,
            title=title[:TITLE_LENGTH],
            message=message,
            related_entity_type=related[0],
            related_entity_id=related[1],
            dedupe_key=dedupe_key,
            send_via=next(iter(ways[person]), Channel.IN_APP),
            sent_at=None if ways[person] else due,
            **options,
        )
        for person in people
    ]
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    signal_notifications(user_ids=people, dedupe_key=dedupe_key)
    _plan(ways, dedupe_key, due)


def _ways(people: list[int], notification_type: NotificationType) -> dict[int, list[Channel]]:
    """Person -> channels outside, in order: offered, wanted, and with somewhere to go."""
    offered = offered_channels()
    chosen = Preference.objects.filter(user__in=people, notification_type=notification_type)
    said = {
        (person, channel): enabled
        for person, channel, enabled in chosen.values_list("user", "channel", "enabled")
    }
    ways = {
        person: [
            channel
            for channel in OUTSIDE
            if channel in offered
            and said.get((person, channel), default_for(notification_type, channel))
        ]
        for person in people
    }
    by_push = [person for person, channels in ways.items() if Channel.PUSH in channels]
    devices = Device.objects.filter(user__in=by_push) if by_push else Device.objects.none()
    reachable = set(devices.values_list("user", flat=True))
    return {
        person: [way for way in channels if way != Channel.PUSH or person in reachable]
        for person, channels in ways.items()
    }


def _plan(ways: Mapping[int, list[Channel]], dedupe_key: str, due: datetime) -> None:
    wanting = [person for person, channels in ways.items() if channels]
    if not wanting:
        return
    rows = Notification.objects.filter(user__in=wanting, dedupe_key=dedupe_key).order_by("pk")
    fresh = [
        Delivery(notification_id=pk, channel=channel, next_try_at=due)
        for pk, person in rows.values_list("pk", "user")
        for channel in ways[person]
    ]
    Delivery.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    waiting = Delivery.objects.waiting(clock.now()).filter(
        notification__user__in=wanting, notification__dedupe_key=dedupe_key
    )
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        defer("notifications.deliver", delivery_id=pk)
