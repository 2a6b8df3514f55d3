"""Tell people something, in the transaction of what happened: what is undone was never told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, Unpack

from notifications.enums import Channel, NotificationType, Priority
from notifications.models import Delivery, Device, Notification, Preference
from notifications.rules import OUTSIDE, default_for
from notifications.services.preferences import offered_channels
from notifications.services.signals import Told, rows_told, signal_notifications
from realestate.core import clock
from realestate.core.jobs import defer_each
from realestate.core.transactions import service

AT_ONCE = 20  # deliveries that get a job of their own; of a larger crowd the rest go with the next minute's sweep
BATCH = 500
TITLE_LENGTH = 200


class Options(TypedDict, total=False):
    """What most notifications do not need."""

    priority: Priority
    action_url: str
    scheduled_send_time: datetime


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A piece of news for some people; what its parts mean says ``notify``."""

    user_ids: Collection[int]
    notification_type: NotificationType
    title: str
    message: str
    related: tuple[str, int]
    dedupe_key: str
    options: Options = field(default_factory=Options)

    def due(self, now: datetime) -> datetime:
        """When people are told."""
        return self.options.get("scheduled_send_time") or now


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
    telling = Telling(
        user_ids=set(user_ids),
        notification_type=notification_type,
        title=title,
        message=message,
        related=related,
        dedupe_key=dedupe_key,
        options=options,
    )
    notify_all(tellings=[telling])


@service
def notify_all(*, tellings: Sequence[Telling]) -> None:
    """Several pieces of news, each under a key of its own, in as many statements as one.

    At most ``AT_ONCE`` jobs for each.
    """
    fresh = _untold(tellings)
    if not fresh:
        return
    ways, now = _ways(fresh), clock.now()
    rows = [
        Notification(
            user_id=person,
            notification_type=telling.notification_type,
            title=telling.title[:TITLE_LENGTH],
            message=telling.message,
            related_entity_type=telling.related[0],
            related_entity_id=telling.related[1],
            dedupe_key=key,
            send_via=next(iter(ways[person, key]), Channel.IN_APP),
            sent_at=None if ways[person, key] else telling.due(now),
            **telling.options,
        )
        for (person, key), telling in fresh.items()
    ]
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    signal_notifications(told=fresh.keys())
    _plan(
        {told: channels for told, channels in ways.items() if channels},
        {telling.dedupe_key: telling.due(now) for telling in fresh.values()},
    )


def _untold(tellings: Iterable[Telling]) -> dict[Told, Telling]:
    """What nobody was told yet, in the order of the news and then of the people."""
    wanted = {
        (person, each.dedupe_key): each for each in tellings for person in sorted({*each.user_ids})
    }
    if not wanted:
        return {}
    told = {*rows_told(wanted).values_list("user", "dedupe_key")}
    return {pair: telling for pair, telling in wanted.items() if pair not in told}


def _ways(fresh: Mapping[Told, Telling]) -> dict[Told, list[Channel]]:
    """Whom, under which key -> channels outside, in order: offered, wanted, and with somewhere to go."""
    offered = offered_channels()
    people = {person for person, _ in fresh}
    types = {telling.notification_type for telling in fresh.values()}
    chosen = Preference.objects.filter(user__in=people, notification_type__in=types)
    said = {
        (person, kind, channel): enabled
        for person, kind, channel, enabled in chosen.values_list(
            "user", "notification_type", "channel", "enabled"
        )
    }
    ways = {
        told: [
            channel
            for channel in OUTSIDE
            if channel in offered
            and said.get(
                (told[0], telling.notification_type, channel),
                default_for(telling.notification_type, channel),
            )
        ]
        for told, telling in fresh.items()
    }
    by_push = {person for (person, _), channels in ways.items() if Channel.PUSH in channels}
    devices = Device.objects.filter(user__in=by_push) if by_push else Device.objects.none()
    reachable = set(devices.values_list("user", flat=True))
    return {
        told: [way for way in channels if way != Channel.PUSH or told[0] in reachable]
        for told, channels in ways.items()
    }


def _plan(ways: Mapping[Told, list[Channel]], due: Mapping[str, datetime]) -> None:
    if not ways:
        return
    rows = rows_told(ways).order_by("pk").values_list("pk", "user", "dedupe_key")
    told = {pk: (person, key) for pk, person, key in rows if (person, key) in ways}
    fresh = [
        Delivery(notification_id=pk, channel=channel, next_try_at=due[pair[1]])
        for pk, pair in told.items()
        for channel in ways[pair]
    ]
    Delivery.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    waiting = Delivery.objects.waiting(clock.now()).filter(notification__in=list(told))
    at_once = waiting.order_by("pk").values_list("pk", flat=True)[: AT_ONCE * len(due)]
    defer_each("notifications.deliver", ({"delivery_id": pk} for pk in at_once))
