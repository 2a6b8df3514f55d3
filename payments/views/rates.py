"""Rates of late interest (R9)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments import services
from payments.filters import RateFilter
from payments.models import InterestRate
from payments.serializers.demands import RateRead, RateWrite
from realestate.core.api.access import BUILDERS, USERS
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.limits import RECORDS


class RateViewSet(HouseViewSet):
    """Dated rates, of a project or for all."""

    model, read, filterset_class = InterestRate, RateRead, RateFilter
    default_limit = 100
    tag = "demands"
    access = {"list": USERS, "create": BUILDERS}
    limits = {"create": RECORDS}
    duty = Duty.FINANCE
    errors = {"create": (services.RateExists,)}

    @extend_schema(operation_id="interest_rates_list", responses=RateRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Rates of late interest, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="interest_rates_create", request=RateWrite, responses={201: RateRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a rate from a day on; rates are never changed."""
        row = services.add_rate(actor=self.caller, **self.parse(RateWrite))
        return self.show(row.pk, status=201)
