"""The steps of sending a notification outside: claim it, (the job sends), note that it was sent.

Claiming is a compare-and-set that also plans the next try. So two workers never send the same one at the same time, a
worker that dies in between is made good by the next sweep, and a server that refuses is asked again later and later.
"""

from datetime import datetime

from notifications.models import Notification
from notifications.rules import pause_after
from realestate.core import clock
from realestate.core.jobs import defer
from realestate.core.transactions import service

SWEEP = 200


@service
def start_delivery(*, notification_id: int) -> Notification | None:
    """Claim a notification that is to be sent now; None when it was sent, is being sent, or is not due."""
    now = clock.now()
    waiting = Notification.objects.waiting(now).filter(pk=notification_id).select_related("user")
    row = waiting.first()
    if row is None or not _claim(row, now):
        return None
    return row if row.user.is_active else None


@service
def finish_delivery(*, notification_id: int) -> None:
    """It was handed to its channel; nothing sends it again."""
    now = clock.now()
    unsent = Notification.objects.filter(pk=notification_id, sent_at=None)
    unsent.update(sent_at=now, next_try_at=None, updated_at=now)


@service
def queue_waiting_deliveries() -> int:
    """A job for each notification that should have left by now, the oldest first, at most ``SWEEP``; returns how many.

    Scheduled ones, the rest of a large crowd, and what a failed try left over.
    """
    waiting = Notification.objects.waiting(clock.now()).order_by("next_try_at", "pk")
    found = list(waiting.values_list("pk", flat=True)[:SWEEP])
    for pk in found:
        defer("notifications.deliver", notification_id=pk)
    return len(found)


def _claim(row: Notification, now: datetime) -> bool:
    """Compare-and-set on the planned time: of two workers one gets it."""
    tries = row.tries + 1
    pause = pause_after(tries) if row.user.is_active else None
    same = Notification.objects.filter(pk=row.pk, sent_at=None, next_try_at=row.next_try_at)
    return bool(
        same.update(tries=tries, next_try_at=now + pause if pause else None, updated_at=now)
    )
