"""Mark one's own notifications as read: once, with the time."""

from accounts.models import User
from notifications.models import Notification
from realestate.core import clock
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def mark_notification_read(*, actor: User, notification_id: int) -> Notification:
    """Set ``read_at`` on one; a second time changes nothing. Raises DoesNotExist for strangers and before it is due."""
    now = clock.now()
    row = lock(Notification.objects.for_user(actor).due(now), notification_id)
    if row.read_at is None:
        row.read_at = now
        row.save(update_fields=["read_at", "updated_at"])
    return row


@service
def mark_all_notifications_read(*, actor: User) -> int:
    """Set ``read_at`` on every due one that is unread; returns how many."""
    now = clock.now()
    unread = Notification.objects.for_user(actor).due(now).unread()
    return unread.update(read_at=now, updated_at=now)
