"""Query parameters of the notification list."""

import django_filters

from notifications.models import Notification
from notifications.querysets import NotificationQuerySet
from notifications.rules import TYPES
from realestate.core.api.filters import HouseFilterSet, WordFilter


class NotificationFilter(HouseFilterSet):
    """By type, and whether you have read it."""

    unread_only = django_filters.BooleanFilter(method="only_unread")
    is_read = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull", exclude=True)
    notification_type = WordFilter(TYPES, field_name="notification_type")
    type = WordFilter(TYPES, field_name="notification_type")

    class Meta:
        model = Notification
        fields: list[str] = []

    def only_unread(
        self,
        rows: NotificationQuerySet,
        _name: str,
        value: bool,  # noqa: FBT001  # django-filter's signature
    ) -> NotificationQuerySet:
        """What has not been opened."""
        return rows.unread() if value else rows
