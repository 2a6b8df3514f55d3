"""The steps of sending something outside: claim it, (the job sends), note that it was sent or what it met with.

Claiming is a compare-and-set that also plans the next try. So two workers never send the same one at the same time, a
worker that dies in between is made good by the next sweep, and a server that refuses is asked again later and later.
"""

from datetime import datetime

from accounts.models import User
from notifications.models import Delivery, Notification
from notifications.querysets import DeliveryQuerySet
from notifications.rules import pause_after
from notifications.services.outages import follow
from notifications.services.quiet import quiet_end
from realestate.core import audit, clock
from realestate.core.errors import DomainError
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service

SWEEP = 200
LONGEST_ERROR = 300
CLOSED = "The account is closed."
UNFINISHED = "The last try did not come to an end."
DROPPED = "Dropped after a restore: most likely it was sent before."


class DeliveryNotFailed(DomainError):
    """This was sent, or is still being tried."""

    code, status = "delivery_not_failed", 409


@service
def start_delivery(*, delivery_id: int) -> Delivery | None:
    """Claim a delivery that is to be sent now; None when it was sent, is being sent, is not due or must be quiet.

    Quiet hours of its user move it to their end and are no try; what is critical goes at once (R20).
    """
    now = clock.now()
    waiting = Delivery.objects.waiting(now).filter(pk=delivery_id)
    row = waiting.select_related(
        "notification__user__customer", "notification__user__builder"
    ).first()
    if row is None:
        return None
    if end := quiet_end(row.notification, now):
        _same(row).update(next_try_at=end, updated_at=now)
        return None
    is_active = row.notification.user.is_active
    return row if _claim(row, now, is_active=is_active) and is_active else None


@service
def finish_delivery(*, delivery_id: int) -> None:
    """It was handed to its channel; nothing sends it again, and what waits for that channel to be back follows."""
    now = clock.now()
    unsent = Delivery.objects.filter(pk=delivery_id, sent_at=None)
    unsent.update(sent_at=now, next_try_at=None, failed_at=None, error="", updated_at=now)
    told = Notification.objects.filter(deliveries=delivery_id, sent_at=None)
    told.update(sent_at=now, updated_at=now)
    for channel in Delivery.objects.filter(pk=delivery_id).values_list("channel", flat=True):
        follow(channel=channel)


@service
def note_failure(*, delivery_id: int, error: str, is_stranded: bool = False) -> None:
    """Keep what a try met with, for the admin; when it is tried again was planned when it was claimed.

    ``is_stranded``: nobody could be reached, so it may go earlier.
    """
    unsent = Delivery.objects.filter(pk=delivery_id, sent_at=None)
    unsent.update(error=error[:LONGEST_ERROR], is_stranded=is_stranded, updated_at=clock.now())


@service
def retry_delivery(*, actor: User, delivery_id: int) -> Delivery:
    """Try one that was given up again from the beginning. Raises DeliveryNotFailed (409)."""
    row = lock(Delivery.objects.all(), delivery_id)
    if row.failed_at is None:
        raise DeliveryNotFailed
    row.failed_at, row.tries, row.next_try_at, row.is_stranded = None, 0, clock.now(), False
    row.save(update_fields=["failed_at", "tries", "next_try_at", "is_stranded", "updated_at"])
    audit.record(actor, row, "retried")
    defer("notifications.deliver", delivery_id=row.pk)
    return row


@service
def drop_waiting_deliveries() -> int:
    """Give up whatever is due, as after a restore, where it was sent before the loss; staff can try each again.

    So is what was tried before, whenever it is to be tried again; what is to leave later keeps its time. Returns how
    many.
    """
    now = clock.now()
    tried = Delivery.objects.filter(tries__gt=0, next_try_at__isnull=False)
    return (tried | Delivery.objects.waiting(now)).update(
        next_try_at=None, failed_at=now, error=DROPPED, updated_at=now
    )


@service
def queue_waiting_deliveries() -> int:
    """A job for each delivery that should have left by now, the oldest first, at most ``SWEEP``; returns how many.

    Scheduled ones, the rest of a large crowd, the ends of quiet hours, and what a failed try left over.
    """
    waiting = Delivery.objects.waiting(clock.now()).order_by("next_try_at", "pk")
    found = list(waiting.values_list("pk", flat=True)[:SWEEP])
    for pk in found:
        defer("notifications.deliver", delivery_id=pk)
    return len(found)


def _claim(row: Delivery, now: datetime, *, is_active: bool) -> bool:
    """Compare-and-set on the planned time: of two workers one gets it."""
    tries = row.tries + 1
    pause = pause_after(tries) if is_active else None
    return bool(
        _same(row).update(
            tries=tries,
            next_try_at=now + pause if pause else None,
            # The last try: given up unless it says otherwise.
            failed_at=None if pause else now,
            error=UNFINISHED if is_active else CLOSED,
            is_stranded=False,  # while it is on its way nobody sends it again
            updated_at=now,
        )
    )


def _same(row: Delivery) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk=row.pk, next_try_at=row.next_try_at)
