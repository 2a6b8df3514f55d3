"""The statement of account (R10)."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from payments import services
from payments.serializers.documents import StatementDaysWrite
from payments.serializers.statements import StatementRead, statement_shape
from realestate.core import clock
from realestate.core.api.access import PARTIES
from realestate.core.api.explain import EXPLAIN, wants_explanation
from realestate.core.api.links import reader_of
from realestate.core.api.pdf import document_link
from realestate.core.api.views import Edge
from realestate.core.errors import InvalidValue

FROM = OpenApiParameter("from", str, description="First day; the beginning when left out.")
TO = OpenApiParameter("to", str, description="Last day; today in the project's zone when left out.")


class StatementView(Edge):
    """GET /api/bookings/{id}/statement."""

    access = {"get": PARTIES}
    errors = {"get": (InvalidValue,)}
    tag = "demands"

    @extend_schema(
        operation_id="bookings_statement", responses=StatementRead, parameters=[FROM, TO, EXPLAIN]
    )
    def get(self, request: Request, pk: int) -> Response:
        """The account of a booking, line by line, with what is open by age.

        Below the line, and not in the balance: interest not posted yet, what the plan will still ask for, advances.
        """
        booking = self.find(Booking, pk, "project")
        first_on, last_on = period(request, booking)
        statement = services.statement_of(booking, first_on=first_on, last_on=last_on)
        explained = (
            services.explain_statement(booking, statement) if wants_explanation(request) else None
        )
        reader = reader_of(request)
        links = {
            f"{kind}_url": document_link(f"/api/bookings/{booking.pk}/statement.{kind}", reader)
            for kind in ("pdf", "xlsx")
        }
        body = {"booking": booking, "statement": statement, **_shown(explained), **links}
        shape = statement_shape(explain=explained is not None)
        return Response(shape.to_representation(body))


def _shown(explained: services.Explained | None) -> dict[str, Any]:
    if explained is None:
        return {"workings": None, "interest": None}
    interest = explained.interest.items()
    return {
        "workings": [working.as_json() for working in explained.workings],
        "interest": [{"demand_line_id": line, "working": working} for line, working in interest],
    }


def period(request: Request, booking: Booking) -> tuple[date | None, date]:
    """The days that a query names (None: from the beginning, until today). Raises InvalidValue (400)."""
    query = StatementDaysWrite(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    first_on = query.validated_data.get("first_on")
    last_on = query.validated_data.get("last_on") or clock.today(booking.project.time_zone)
    if first_on is not None and first_on > last_on:
        raise InvalidValue(errors={"to": ["Must not be before the first day."]})
    return first_on, last_on
