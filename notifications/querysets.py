"""Who may read which notifications: one's own, nobody else's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from notifications.models import Notification, Preference  # noqa: F401  # generic parameters


class NotificationQuerySet(QuerySet["Notification"]):
    """Notifications."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()

    def due(self, now: datetime) -> Self:
        """Those whose scheduled time has come."""
        return self.filter(Q(scheduled_send_time=None) | Q(scheduled_send_time__lte=now))

    def unread(self) -> Self:
        """Those that have not been opened."""
        return self.filter(read_at=None)


class PreferenceQuerySet(QuerySet["Preference"]):
    """Notification preferences."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()
