"""The promised date of a booking, with every revision (R13.5)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.models import Booking, PromisedDate
from bookings.serializers import PromisedDateRead, PromiseWrite
from realestate.core.api.access import BUILDERS, CUSTOMERS, PARTIES
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, InvalidValue
from realestate.core.limits import RECORDS


class PromisedDateViewSet(HouseViewSet):
    """What was promised, what is proposed, and the buyer's answers."""

    model, read = PromisedDate, PromisedDateRead
    default_limit = 100
    tag = "bookings"
    access = {"list": PARTIES, "create": BUILDERS, "accept": CUSTOMERS, "decline": CUSTOMERS}
    limits = {"create": RECORDS}
    duty = Duty.SALES
    errors = {
        "create": (InvalidTransition, InvalidValue, services.ProposalOpen),
        "accept": (InvalidTransition,),
        "decline": (InvalidTransition,),
    }

    @extend_schema(
        operation_id="bookings_promised_dates_list", responses=PromisedDateRead(many=True)
    )
    def list(self, request: Request, pk: str) -> Response:  # type: ignore[override]  # nested: the route names the booking
        """Every revision, the first one first; the last one that is agreed holds."""
        self.expect(Booking, int(pk))
        return self.show_list(keys={"booking_id": int(pk)})

    @extend_schema(
        operation_id="bookings_promised_dates_create",
        request=PromiseWrite,
        responses={201: PromisedDateRead},
    )
    def create(self, request: Request, pk: str) -> Response:
        """Propose another date to the buyer; until it agrees, the old one holds."""
        row = services.propose_date(
            actor=self.caller, booking_id=int(pk), **self.parse(PromiseWrite)
        )
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="promised_dates_accept", request=None, responses=PromisedDateRead)
    def accept(self, request: Request, pk: str) -> Response:
        """Agree to a proposed date."""
        services.answer_date(actor=self.caller, promise_id=int(pk), accept=True)
        return self.show(int(pk))

    @extend_schema(operation_id="promised_dates_decline", request=None, responses=PromisedDateRead)
    def decline(self, request: Request, pk: str) -> Response:
        """Do not agree to a proposed date; the old one holds."""
        services.answer_date(actor=self.caller, promise_id=int(pk), accept=False)
        return self.show(int(pk))
