"""Who may read which notifications: one's own, nobody else's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from notifications.models import (  # noqa: F401  # generic parameters
        Delivery,
        Device,
        Notification,
        Preference,
        QuietHours,
        Signal,
        Ticket,
    )


class NotificationQuerySet(QuerySet["Notification"]):
    """Notifications."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()

    def due(self, now: datetime) -> Self:
        """Those whose scheduled time has come; ``due_at`` is since when."""
        is_due = Q(scheduled_send_time=None) | Q(scheduled_send_time__lte=now)
        return self.filter(is_due).annotate(due_at=Coalesce("scheduled_send_time", "created_at"))

    def unread(self) -> Self:
        """Those that have not been opened."""
        return self.filter(read_at=None)


class DeliveryQuerySet(QuerySet["Delivery"]):
    """Notifications on their way."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """Of one's own notifications."""
        return self.filter(notification__user=user.pk) if user.pk else self.none()

    def waiting(self, now: datetime) -> Self:
        """Those that are to leave the house at an instant and have not."""
        return self.filter(next_try_at__lte=now)

    def stranded(self) -> Self:
        """Those that wait because their carrier could not be reached."""
        return self.filter(is_stranded=True, next_try_at__isnull=False)


class PreferenceQuerySet(QuerySet["Preference"]):
    """Notification preferences."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()


class _SeenIn(Func):
    """Whether a transaction was finished when a snapshot was taken."""

    template = "pg_visible_in_snapshot(%(expressions)s)"
    arg_joiner = "::text::xid8, "
    output_field = BooleanField()


class SignalQuerySet(QuerySet["Signal"]):
    """Signals. A place in their stream is a PostgreSQL snapshot: the set of transactions whose rows were read.

    The largest key that was read would not do: a transaction that began earlier and commits later has smaller keys,
    and its rows would never be read.
    """

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """What everybody hears, and one's own."""
        return self.heard_by(user.pk, None)

    def heard_by(self, user_id: int | None, project_ids: Collection[int] | None) -> Self:
        """One's own, and what everybody hears about these projects (None: all projects)."""
        public = Q(user=None)
        if project_ids is not None:
            public &= Q(payload__project_id__in=list(project_ids))
        return self.filter(public | Q(user=user_id) if user_id else public)

    def between(self, after: str, until: str) -> Self:
        """Rows of the transactions that the later snapshot sees and the earlier does not, each exactly once."""
        seen_before, seen_now = (
            _SeenIn(F("written_in"), Value(snapshot)) for snapshot in (after, until)
        )
        oldest_open = int(after.partition(":")[0])
        return self.filter(~Q(seen_before), Q(seen_now), written_in__gte=oldest_open)


class TicketQuerySet(QuerySet["Ticket"]):
    """Tickets."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()


class QuietHoursQuerySet(QuerySet["QuietHours"]):
    """When people want nothing sent."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()


class DeviceQuerySet(QuerySet["Device"]):
    """Devices that show push messages."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()
