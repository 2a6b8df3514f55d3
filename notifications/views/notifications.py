"""What the caller was told (contract 7.8)."""

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.filters import NotificationFilter
from notifications.models import Notification
from notifications.querysets import NotificationQuerySet
from notifications.serializers import (
    NotificationPageRead,
    NotificationRead,
    NotificationsMarkedRead,
)
from realestate.core import clock
from realestate.core.api.access import USERS
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty


class NotificationViewSet(HouseViewSet):
    """What the caller was told."""

    model, read, filterset_class = Notification, NotificationRead, NotificationFilter
    list_key = "notifications"
    tag = "notifications"
    access = {"list": USERS, "mark_read": USERS, "mark_all_read": USERS}
    duty = Duty.PERSONAL

    def rows(self) -> QuerySet[Notification]:
        """One's own; scheduled ones from their time on."""
        return self._due()

    @extend_schema(operation_id="notifications_list", responses=NotificationPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your notifications, newest first, with how many you have not read."""
        unread = self.ask(self._unread, {}).counts(unread=Count("pk"))["unread"]
        return self.show_list(unread_count=unread, unreadCount=unread)

    @extend_schema(operation_id="notifications_mark_read", request=None, responses=NotificationRead)
    def mark_read(self, request: Request, pk: int) -> Response:
        """Mark a notification as read."""
        services.mark_notification_read(actor=self.caller, notification_id=pk)
        return self.show(pk)

    @extend_schema(
        operation_id="notifications_mark_all_read", request=None, responses=NotificationsMarkedRead
    )
    def mark_all_read(self, request: Request) -> Response:
        """Mark all your notifications as read."""
        count = services.mark_all_notifications_read(actor=self.caller)
        return message(f"{count} marked as read.", count=count, success=True, marked_read=count)

    def _unread(self) -> NotificationQuerySet:
        return self._due().unread()

    def _due(self) -> NotificationQuerySet:
        return Notification.objects.for_user(self.caller).due(clock.now())
