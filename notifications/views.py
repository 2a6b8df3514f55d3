"""Notifications over HTTP (contract 7.8): one's own, and over which channels one wants them."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.filters import NotificationFilter
from notifications.models import Notification
from notifications.querysets import NotificationQuerySet
from notifications.rules import TICKET_LIFE
from notifications.serializers import (
    NotificationPageRead,
    NotificationRead,
    NotificationsMarkedRead,
    PreferencesRead,
    PreferencesWrite,
    TicketRead,
)
from realestate.core import clock
from realestate.core.api.access import PUBLIC, USERS
from realestate.core.api.throttling import client_address, limit
from realestate.core.api.views import Edge, HouseViewSet, message
from realestate.core.errors import TooManyRequests

TICKETS_PER_MINUTE = 60


class NotificationViewSet(HouseViewSet):
    """What the caller was told."""

    model, read, filterset_class = Notification, NotificationRead, NotificationFilter
    list_key = "notifications"
    tag = "notifications"
    access = {"list": USERS, "mark_read": USERS, "mark_all_read": USERS}

    def rows(self) -> QuerySet[Notification]:
        """One's own; scheduled ones from their time on."""
        return self._due()

    @extend_schema(operation_id="notifications_list", responses=NotificationPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your notifications, newest first, with how many you have not read."""
        unread = self._due().unread().count()
        return self.show_list(
            self.filter_queryset(self.get_queryset()), unread_count=unread, unreadCount=unread
        )

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

    def _due(self) -> NotificationQuerySet:
        return Notification.objects.for_user(self.caller).due(clock.now())


class PreferencesView(Edge):
    """Over which channels the caller is told what."""

    tag = "notifications"
    access = {"get": USERS, "patch": USERS}

    @extend_schema(operation_id="notification_preferences_retrieve", responses=PreferencesRead)
    def get(self, request: Request) -> Response:
        """Which notifications reach you over which channel."""
        return Response({"preferences": services.wishes_of(self.caller)})

    @extend_schema(
        operation_id="notification_preferences_update",
        request=PreferencesWrite,
        responses=PreferencesRead,
    )
    def patch(self, request: Request) -> Response:
        """Choose which notifications reach you over which channel."""
        services.set_preferences(
            actor=self.caller, wishes=self.parse(PreferencesWrite)["preferences"]
        )
        return Response({"preferences": services.wishes_of(self.caller)})


class TicketView(Edge):
    """Tickets for sockets."""

    tag = "notifications"
    access = {"post": PUBLIC}
    errors = {"post": [TooManyRequests]}

    @extend_schema(operation_id="realtime_ticket", request=None, responses={201: TicketRead})
    def post(self, request: Request) -> Response:
        """A ticket that opens one WebSocket, once, within a minute.

        Connect to `url?ticket=…&cursor=…&projects=1,2`. The first frame is `hello`; `events` follow, each frame with
        a `cursor`: keep the last one, and give it when you come back (with a new ticket) to get what you have missed.
        A `resync` frame says to read everything anew. Events name what is new (`notification`, `message`, `unit`) by
        key; fetch it from the API. Send `{"type": "subscribe", "projects": [1, 2]}` to hear of other projects' units,
        and `{"type": "ping"}` to see whether the line is alive. Closed with 4401: log in, or get a new ticket.
        Visitors who are not logged in hear of units only. Without a socket, ask the lists from time to time.
        """
        session_id = getattr(request.auth, "session_id", None)
        user = self.caller if session_id is not None else None
        identity = f"user {user.pk}" if user else client_address(request)
        limit("realtime-ticket", identity, times=TICKETS_PER_MINUTE, per=timedelta(minutes=1))
        ticket = services.open_ticket(actor=user, session_id=session_id)
        address = f"ws{settings.REALTIME_URL.removeprefix('http')}/realtime"
        life = int(TICKET_LIFE.total_seconds())
        return Response({"ticket": ticket, "expires_in": life, "url": address}, status=201)
