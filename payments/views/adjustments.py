"""Waivers and allocations by hand: one person asks, another decides (R8.5, R9, R21)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments import services
from payments.enums import AdjustmentAction
from payments.filters import AdjustmentFilter
from payments.models import Adjustment
from payments.serializers.demands import (
    AdjustmentPageRead,
    AdjustmentRead,
    AllocationWrite,
    DecisionWrite,
    WaiverWrite,
)
from realestate.core.api.access import BUILDERS
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import RECORDS

ASKED = (services.MoreThanOpen, services.ReasonMissing)
DECIDED = (InvalidTransition, services.ApproverIsRequester, services.MoreThanOpen)


class AdjustmentViewSet(HouseViewSet):
    """What was asked for and decided about accounts of one's projects."""

    model, read, filterset_class = Adjustment, AdjustmentRead, AdjustmentFilter
    list_key = "adjustments"
    tag = "demands"
    access = {
        "list": BUILDERS,
        "retrieve": BUILDERS,
        "waive": BUILDERS,
        "allocate": BUILDERS,
        "approve": BUILDERS,
        "refuse": BUILDERS,
    }
    limits = {"waive": RECORDS, "allocate": RECORDS}
    duty = Duty.FINANCE
    errors = {"waive": ASKED, "allocate": ASKED, "approve": DECIDED, "refuse": DECIDED}

    @extend_schema(operation_id="adjustments_list", responses=AdjustmentPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Waivers and allocations by hand, newest first."""
        return super().list(request)

    @extend_schema(operation_id="adjustments_retrieve", responses=AdjustmentRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One of them."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="bookings_waivers_create",
        request=WaiverWrite,
        responses={201: AdjustmentRead},
    )
    @idempotent
    def waive(self, request: Request, pk: str) -> Response:
        """Ask that a part of an open item be waived; it takes effect when somebody else approves."""
        row = services.request_waiver(
            actor=self.caller, booking_id=int(pk), **self.parse(WaiverWrite)
        )
        return self.show(row.pk, status=201)

    @extend_schema(
        operation_id="bookings_allocations_create",
        request=AllocationWrite,
        responses={201: AdjustmentRead},
    )
    @idempotent
    def allocate(self, request: Request, pk: str) -> Response:
        """Ask that a payment pay a certain item; it takes effect when somebody else approves."""
        row = services.request_allocation(
            actor=self.caller, booking_id=int(pk), **self.parse(AllocationWrite)
        )
        return self.show(row.pk, status=201)

    @extend_schema(
        operation_id="adjustments_approve", request=DecisionWrite, responses=AdjustmentRead
    )
    @idempotent
    def approve(self, request: Request, pk: str) -> Response:
        """Approve what somebody else asked for; it takes effect at once."""
        return self._decide(pk, AdjustmentAction.APPROVE)

    @extend_schema(
        operation_id="adjustments_refuse", request=DecisionWrite, responses=AdjustmentRead
    )
    @idempotent
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse what somebody else asked for."""
        return self._decide(pk, AdjustmentAction.REFUSE)

    def _decide(self, pk: str, action: AdjustmentAction) -> Response:
        services.decide_adjustment(
            actor=self.caller, adjustment_id=int(pk), action=action, **self.parse(DecisionWrite)
        )
        return self.show(int(pk))
