"""Change requests: the customer asks and decides, the builder answers and quotes (R13, contract 7.9)."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.filters import ChangeFilter
from bookings.models import ChangeQuote, ChangeRequest
from bookings.serializers import (
    ApproveWrite,
    ChangePatch,
    ChangeRequestRead,
    ChangeWrite,
    DeclineWrite,
    QuoteWrite,
    ReasonWrite,
)
from realestate.core import clock
from realestate.core.api.access import BUILDERS, CUSTOMERS, PARTIES
from realestate.core.api.views import HouseViewSet
from realestate.core.errors import InvalidTransition


class ChangeRequestViewSet(HouseViewSet):
    """Change requests of one's bookings, as a bare array."""

    model, read = ChangeRequest, ChangeRequestRead
    filterset_class = ChangeFilter
    default_limit = 100
    tag = "change requests"
    access = {
        "list": PARTIES,
        "retrieve": PARTIES,
        "create": CUSTOMERS,
        "partial_update": BUILDERS,
        "quote": BUILDERS,
        "approve": CUSTOMERS,
        "decline": CUSTOMERS,
        "withdraw": CUSTOMERS,
    }
    errors = {
        "create": (InvalidTransition,),
        "partial_update": (InvalidTransition, services.QuoteIsFixed),
        "quote": (InvalidTransition,),
        "approve": (InvalidTransition, services.QuoteSuperseded, services.QuoteExpired),
        "decline": (InvalidTransition, services.QuoteSuperseded, services.QuoteExpired),
        "withdraw": (InvalidTransition,),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Change requests with their status and quotes, newest first."""
        quotes = ChangeQuote.objects.order_by("-version")
        rows = self.rows().with_status(clock.now())  # type: ignore[attr-defined]  # ChangeRequestQuerySet
        return self.shaped(rows).prefetch_related(
            Prefetch("quotes", quotes, to_attr="shown_quotes")
        )

    @extend_schema(operation_id="change_requests_list", responses=ChangeRequestRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Your change requests, newest first."""
        return super().list(request)

    @extend_schema(operation_id="change_requests_retrieve", responses=ChangeRequestRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One change request with its quotes."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="change_requests_create",
        request=ChangeWrite,
        responses={201: ChangeRequestRead},
    )
    def create(self, request: Request) -> Response:
        """Ask the builder for a change to your unit."""
        row = services.request_change(actor=self.caller, **self.parse(ChangeWrite))
        return self.show(row.pk, status=201)

    @extend_schema(
        operation_id="change_requests_update", request=ChangePatch, responses=ChangeRequestRead
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Answer a change request: take it under review, estimate, reject, start or complete it."""
        changes = self.parse(ChangePatch, partial=True)
        wanted = changes.pop("status", None)
        services.answer_change(
            actor=self.caller,
            change_request_id=int(pk),
            changes=changes,
            wanted=wanted,
        )
        return self.show(int(pk))

    @extend_schema(
        operation_id="change_requests_quote", request=QuoteWrite, responses={201: ChangeRequestRead}
    )
    def quote(self, request: Request, pk: str) -> Response:
        """Send a quote; it supersedes the one before it."""
        services.quote_change(
            actor=self.caller,
            change_request_id=int(pk),
            **self.parse(QuoteWrite),
        )
        return self.show(int(pk), status=201)

    @extend_schema(
        operation_id="change_requests_approve", request=ApproveWrite, responses=ChangeRequestRead
    )
    def approve(self, request: Request, pk: str) -> Response:
        """Accept a quote; the version says which one you have read."""
        services.approve_quote(
            actor=self.caller,
            change_request_id=int(pk),
            **self.parse(ApproveWrite),
        )
        return self.show(int(pk))

    @extend_schema(
        operation_id="change_requests_decline", request=DeclineWrite, responses=ChangeRequestRead
    )
    def decline(self, request: Request, pk: str) -> Response:
        """Refuse a quote."""
        services.decline_quote(
            actor=self.caller,
            change_request_id=int(pk),
            **self.parse(DeclineWrite),
        )
        return self.show(int(pk))

    @extend_schema(
        operation_id="change_requests_withdraw", request=ReasonWrite, responses=ChangeRequestRead
    )
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a change request back before you have approved a quote."""
        services.withdraw_change(
            actor=self.caller,
            change_request_id=int(pk),
            **self.parse(ReasonWrite),
        )
        return self.show(int(pk))
