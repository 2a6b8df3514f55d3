"""The edges of a purchase that ends: settlements/*, refunds/*, bookings/{id}/notices (R11)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from payments import services
from payments.enums import SettlementAction
from payments.filters import RefundFilter, SettlementFilter
from payments.models import DefaultNotice, Refund, Settlement
from payments.serializers.settlements import (
    ApprovalWrite,
    NoticeRead,
    NoticeWrite,
    RefundPageRead,
    RefundRead,
    RefundWrite,
    RefusalWrite,
    SettlementPageRead,
    SettlementRead,
    SettlementWrite,
)
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet
from realestate.core.api.idempotency import (
    idempotent,
)
from realestate.core.api.views import Edge
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import RECORDS


class SettlementViewSet(ExplainingViewSet):
    """Settlements: customers read those that were approved, builders and staff propose and decide."""

    model, read, filterset_class = Settlement, SettlementRead, SettlementFilter
    list_key = "settlements"
    tag = "settlements"
    access = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": BUILDERS,
        "approve": BUILDERS,
        "refuse": BUILDERS,
    }
    limits = {"create": RECORDS}
    duty = Duty.FINANCE
    errors = {
        "create": (
            services.NothingToSettle,
            services.ForfeitBeyondTerms,
            InvalidTransition,
        ),
        "approve": (
            services.SettlementSuperseded,
            services.SettlementStale,
            services.ReceiptsPending,
            services.ApproverIsRequester,
            services.NoticesMissing,
            InvalidTransition,
        ),
        "refuse": (services.ApproverIsRequester, InvalidTransition),
    }

    @extend_schema(
        operation_id="settlements_list", parameters=[EXPLAIN], responses=SettlementPageRead
    )
    def list(self, request: Request, **_path: str) -> Response:
        """Settlements of your bookings, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="settlements_retrieve", parameters=[EXPLAIN], responses=SettlementRead
    )
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One settlement with its lines."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="settlements_create",
        request=SettlementWrite,
        responses={201: SettlementRead},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Propose how a booking's money is settled when it ends.

        What is kept and what is returned is computed from the ledger. A new proposal supersedes the one before it.
        """
        row = services.propose_settlement(actor=self.caller, **self.parse(SettlementWrite))
        return self.show(row.pk, status=201)

    @extend_schema(
        operation_id="settlements_approve", request=ApprovalWrite, responses=SettlementRead
    )
    @idempotent
    def approve(self, request: Request, pk: str) -> Response:
        """Approve somebody else's settlement: the account is closed, the refund due, the unit free."""
        services.decide_settlement(
            actor=self.caller,
            settlement_id=int(pk),
            action=SettlementAction.APPROVE,
            **self.parse(ApprovalWrite),
        )
        return self.show(int(pk))

    @extend_schema(
        operation_id="settlements_refuse", request=RefusalWrite, responses=SettlementRead
    )
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse somebody else's settlement."""
        services.decide_settlement(
            actor=self.caller,
            settlement_id=int(pk),
            action=SettlementAction.REFUSE,
            **self.parse(RefusalWrite),
        )
        return self.show(int(pk))


class RefundViewSet(ExplainingViewSet):
    """Refunds: customers read their own, builders and staff pay them."""

    model, read, filterset_class = Refund, RefundRead, RefundFilter
    list_key = "refunds"
    tag = "settlements"
    access = {"list": PARTIES, "retrieve": PARTIES, "pay": BUILDERS}
    duty = Duty.FINANCE
    errors = {"pay": (services.PayerIsRequester, InvalidTransition)}

    def get_serializer_context(self) -> dict[str, Any]:
        """With the rates that a late refund bears."""
        return {**super().get_serializer_context(), "rates": services.rate_table()}

    @extend_schema(operation_id="refunds_list", parameters=[EXPLAIN], responses=RefundPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Refunds of your bookings, newest first."""
        return super().list(request)

    @extend_schema(operation_id="refunds_retrieve", parameters=[EXPLAIN], responses=RefundRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One refund, with the interest that it bears when it is late."""
        return super().retrieve(request, pk)

    @extend_schema(operation_id="refunds_pay", request=RefundWrite, responses=RefundRead)
    @idempotent
    def pay(self, request: Request, pk: str) -> Response:
        """Record that a refund was paid, in full; by somebody else than whoever asked for it."""
        services.pay_refund(actor=self.caller, refund_id=int(pk), **self.parse(RefundWrite))
        return self.show(int(pk))


class NoticesView(Edge):
    """GET and POST /api/bookings/{id}/notices."""

    access = {"get": PARTIES, "post": BUILDERS}
    limits = {"post": RECORDS}
    duty = Duty.FINANCE
    errors = {"post": (services.NoticeTooEarly, InvalidTransition)}
    tag = "settlements"

    @extend_schema(operation_id="bookings_notices_list", responses=NoticeRead(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Notices to a buyer who does not pay, in their order."""
        rows: Any = Booking.objects.all()
        booking = rows.for_user(request.user).get(pk=pk)
        notices = DefaultNotice.objects.filter(booking=booking).order_by(*NoticeRead.order)
        return Response(NoticeRead(notices, many=True).data)

    @extend_schema(
        operation_id="bookings_notices_create", request=NoticeWrite, responses={201: NoticeRead}
    )
    def post(self, request: Request, pk: int) -> Response:
        """Record a notice to a buyer who does not pay."""
        notice = services.send_notice(actor=self.caller, booking_id=pk, **self.parse(NoticeWrite))
        return Response(NoticeRead(notice).data, status=201)
