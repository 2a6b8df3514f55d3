"""Timed holds of units (R4)."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.models import Quote
from bookings.serializers import ExtendWrite, HoldRead, HoldWrite
from projects.enums import ClaimKind
from projects.models import Claim
from projects.services import PriceListNotValid, UnitNotAvailable
from realestate.core.api.access import PARTIES
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.limits import HOLDS


class HoldViewSet(HouseViewSet):
    """Holds: the customer's own, the builder's on its units."""

    model, read = Claim, HoldRead
    tag = "holds"
    access = {
        "create": PARTIES,
        "retrieve": PARTIES,
        "partial_update": PARTIES,
        "destroy": PARTIES,
    }
    limits = {"create": HOLDS, "partial_update": HOLDS}
    duty = Duty.SALES
    errors = {
        "create": (
            UnitNotAvailable,
            PriceListNotValid,
            services.HoldLimit,
            services.HoldCooldown,
        ),
        "partial_update": (services.HoldHasEnded, services.HoldLimit),
        "destroy": (services.HoldHasEnded, services.HoldHasBooking),
    }

    def rows(self) -> QuerySet[Any]:
        """Holds; claims that were paid for are bookings."""
        quote = Quote.objects.filter(claim=OuterRef("pk")).values("pk")
        holds: QuerySet[Any] = super().rows().filter(kind=ClaimKind.HOLD)
        rows: QuerySet[Any] = holds.annotate(quote_id=Subquery(quote))
        return rows

    @extend_schema(operation_id="units_hold", request=HoldWrite, responses={201: HoldRead})
    @idempotent
    def create(self, request: Request, unit_id: int) -> Response:
        """Hold a unit for a while; nobody else can take it meanwhile."""
        claim = services.hold_unit(actor=self.caller, unit_id=unit_id, **self.parse(HoldWrite))
        return self.show(claim.pk, status=201)

    @extend_schema(operation_id="holds_retrieve", responses=HoldRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One hold, also when it has ended."""
        return super().retrieve(request, pk)

    @extend_schema(operation_id="holds_extend", request=ExtendWrite, responses=HoldRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Extend a live hold, up to its longest life."""
        services.extend_hold(actor=self.caller, claim_id=int(pk), **self.parse(ExtendWrite))
        return self.show(int(pk))

    @extend_schema(operation_id="holds_release", responses=MessageRead)
    def destroy(self, request: Request, pk: str) -> Response:
        """Give the unit back before the hold ends."""
        services.release_hold(actor=self.caller, claim_id=int(pk))
        return message("The hold was released.")
