"""Who may read which notifications: one's own, nobody else's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from notifications.models import Notification, Preference  # noqa: F401  # generic parameters


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

    def waiting(self, now: datetime) -> Self:
        """Those that are to leave the house at an instant and have not."""
        return self.filter(sent_at=None, next_try_at__lte=now)


class PreferenceQuerySet(QuerySet["Preference"]):
    """Notification preferences."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()
