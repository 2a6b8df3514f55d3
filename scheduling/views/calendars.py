"""Appointments for calendar programs: a file of one, and a private address that programs read again and again."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core import clock
from realestate.core.api.access import BUILDER_ONLY, CUSTOMERS, PARTIES, PUBLIC
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, message
from realestate.core.enums import Duty
from realestate.core.errors import NotFound
from scheduling import services
from scheduling.documents import CONTENT_TYPE, calendar_file
from scheduling.models import Appointment, CalendarFeed
from scheduling.serializers import CalendarFeedRead

OWNERS = CUSTOMERS | BUILDER_ONLY  # staff have no appointments of their own
LOOKS_BACK = timedelta(days=90)
MOST = 1_000  # appointments in a feed
ICS = {(200, "text/calendar"): OpenApiTypes.BINARY}


class AppointmentCalendarView(Edge):
    """GET /api/appointments/{id}/calendar."""

    access = {"get": PARTIES}
    tag = "appointments"

    @extend_schema(operation_id="appointments_calendar", responses=ICS)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """One appointment as an iCalendar file; the same entry again after it was moved or cancelled."""
        row = Appointment.objects.for_user(self.caller).for_calendar().get(pk=pk)
        answer = _answer(calendar_file([row], reader=self.caller))
        answer["Content-Disposition"] = f'attachment; filename="appointment-{row.pk}.ics"'
        return answer


class CalendarFeedView(Edge):
    """The private address of one's calendar."""

    access = {"get": OWNERS, "post": OWNERS, "delete": OWNERS}
    errors = {"get": (NotFound,)}
    duty = Duty.PERSONAL
    tag = "appointments"

    @extend_schema(operation_id="calendar_feed_retrieve", responses=CalendarFeedRead)
    def get(self, request: Request) -> Response:
        """The address of your calendar; 404 before you have asked for one."""
        return Response(_shown(CalendarFeed.objects.for_user(self.caller).get()))

    @extend_schema(
        operation_id="calendar_feed_create", request=None, responses={201: CalendarFeedRead}
    )
    def post(self, request: Request) -> Response:
        """An address for your calendar, to give to a calendar program; an earlier one ends.

        Whoever knows it reads your appointments: keep it to yourself, and ask for a new one when it got about.
        """
        return Response(_shown(services.open_feed(actor=self.caller)), status=201)

    @extend_schema(operation_id="calendar_feed_delete", responses=MessageRead)
    def delete(self, request: Request) -> Response:
        """End the address of your calendar."""
        services.close_feed(actor=self.caller)
        return message("Your calendar has no address any more.")


class FeedView(Edge):
    """GET /api/calendar/{token}.ics: what programs read."""

    access = {"get": PUBLIC}
    tag = "appointments"

    @extend_schema(operation_id="calendar_feed_read", responses=ICS)
    def get(self, request: Request, token: str) -> HttpResponse:
        """Somebody's appointments of the last 90 days and from now on; cancelled ones are marked so."""
        reader = services.feed_owner(token)
        rows = Appointment.objects.for_user(reader).for_calendar()
        recent = rows.filter(starts_at__gte=clock.now() - LOOKS_BACK)
        # Of too many the latest: a calendar is for what comes.
        latest = recent.order_by("-starts_at", "-pk")[:MOST]
        return _answer(calendar_file(latest, reader=reader, name="Appointments"))


def _answer(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _shown(feed: CalendarFeed) -> dict[str, object]:
    path = f"/api/calendar/{services.feed_token(feed)}.ics"
    host = settings.PUBLIC_URL.partition("://")[2]
    return CalendarFeedRead(
        {
            "url": f"{settings.PUBLIC_URL}{path}",
            "webcal_url": f"webcal://{host}{path}",
            "created_at": feed.updated_at,
        }
    ).data
