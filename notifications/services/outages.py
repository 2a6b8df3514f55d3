"""A carrier that cannot be reached and comes back: what it could not take leaves then, not when its turn comes (I8).

Pauses between tries grow to a day, so that a long outage does not keep the workers busy. Meanwhile one delivery per
channel and minute goes ahead of its time to find out; with the first that gets through the others follow.
"""

from datetime import datetime

from django.db.models import Exists, F, OuterRef

from notifications.models import Delivery, QuietHours
from notifications.querysets import DeliveryQuerySet
from notifications.rules import LONGEST_WAIT, OUTSIDE
from notifications.services.quiet import quiet_end
from realestate.core import clock
from realestate.core.jobs import defer
from realestate.core.transactions import service

AT_ONCE = 200  # per delivery that gets through; each of these brings as many again
LOOKED_AT = 50  # to find one that may leave at this hour


@service
def ask_for_carriers() -> int:
    """Per channel, let the stranded delivery that has waited longest be due now; returns how many.

    That try does not count, or one alone would be given up within minutes. What is older than the planned tries take
    goes by these alone: nobody wants it days later.
    """
    now, asked = clock.now(), 0
    for channel in OUTSIDE:
        one = _longest_waiting(channel, now)
        if one is not None:
            asked += _release([one.pk], now, tries=F("tries") - 1)
    return asked


@service
def follow(*, channel: str) -> int:
    """A carrier took something: what is stranded on its channel is queued, at most ``AT_ONCE``; returns how many."""
    now = clock.now()
    rows = _stranded(channel).order_by("next_try_at", "pk")
    # Not through ``lock_all``: of several workers each takes others, so that they wait for nobody.
    free = rows.select_for_update(skip_locked=True, no_key=True)
    keys = list(free.values_list("pk", flat=True)[:AT_ONCE])
    for pk in keys:
        defer("notifications.deliver", delivery_id=pk)
    return _release(keys, now)


def _longest_waiting(channel: str, now: datetime) -> Delivery | None:
    """Of somebody who is not asleep; first those who never want quiet, as they are found at once."""
    sleeper = QuietHours.objects.filter(user=OuterRef("notification__user"))
    young = _stranded(channel).filter(notification__created_at__gt=now - LONGEST_WAIT)
    rows = young.select_related("notification").order_by(Exists(sleeper), "updated_at", "pk")
    awake = (row for row in rows[:LOOKED_AT] if quiet_end(row.notification, now) is None)
    return next(awake, None)


def _stranded(channel: str) -> DeliveryQuerySet:
    return Delivery.objects.stranded().filter(channel=channel)


def _release(keys: list[int], now: datetime, **values: object) -> int:
    rows = Delivery.objects.stranded().filter(pk__in=keys)
    return rows.update(is_stranded=False, next_try_at=now, updated_at=now, **values)
