"""Tickets for the sockets of browsers."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.rules import TICKET_LIFE
from notifications.serializers import TicketRead
from realestate.core.api.access import PUBLIC
from realestate.core.api.views import Edge
from realestate.core.enums import Duty
from realestate.core.limits import TICKETS


class TicketView(Edge):
    """Tickets for sockets."""

    tag = "notifications"
    access = {"post": PUBLIC}
    duty = Duty.PERSONAL
    limits = {"post": TICKETS}

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
        ticket = services.open_ticket(actor=user, session_id=session_id)
        address = f"ws{settings.REALTIME_URL.removeprefix('http')}/realtime"
        life = int(TICKET_LIFE.total_seconds())
        return Response({"ticket": ticket, "expires_in": life, "url": address}, status=201)
