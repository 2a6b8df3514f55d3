"""Change requests: the customer asks and decides, the builder answers and quotes (R13, contract 7.9)."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.filters import ChangeFilter
from bookings.models import ChangeCutoff, ChangeQuote, ChangeRequest
from bookings.serializers import (
    ApproveWrite,
    ChangePatch,
    ChangeQuoteRead,
    ChangeRequestRead,
    ChangeWrite,
    CutoffRead,
    CutoffsWrite,
    DeclineWrite,
    QuoteWrite,
    ReasonWrite,
)
from projects.models import Project
from realestate.core import clock
from realestate.core.api.access import BUILDERS, CUSTOMERS, PARTIES, PUBLIC
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, InvalidValue
from realestate.core.limits import CHANGE_REQUESTS, RECORDS


class ChangeRequestViewSet(ExplainingViewSet):
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
    limits = {"create": CHANGE_REQUESTS, "quote": CHANGE_REQUESTS}
    duty = Duty.SITE
    explained_actions = frozenset({"retrieve"})
    errors = {
        "create": (InvalidTransition, services.CategoryClosed),
        "partial_update": (InvalidTransition, services.QuoteIsFixed, services.UpfrontNotPaid),
        "quote": (InvalidTransition,),
        "approve": (
            InvalidTransition,
            services.QuoteSuperseded,
            services.QuoteExpired,
            services.CategoryClosed,
        ),
        "decline": (InvalidTransition, services.QuoteSuperseded, services.QuoteExpired),
        "withdraw": (InvalidTransition,),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Change requests with their status and quotes, newest first."""
        quotes = ChangeQuote.objects.for_user(self.request.user).order_by("-version")
        rows = self.rows().with_status(clock.now())  # type: ignore[attr-defined]  # ChangeRequestQuerySet
        return self.shaped(rows).prefetch_related(
            Prefetch("quotes", quotes, to_attr="shown_quotes")
        )

    @extend_schema(operation_id="change_requests_list", responses=ChangeRequestRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Your change requests, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="change_requests_retrieve", parameters=[EXPLAIN], responses=ChangeRequestRead
    )
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One change request with its quotes."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="change_requests_create",
        request=ChangeWrite,
        responses={201: ChangeRequestRead},
    )
    @idempotent
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
    @idempotent
    def quote(self, request: Request, pk: str) -> Response:
        """Send a quote; it supersedes the one before it. Above a limit somebody else approves it first."""
        services.quote_change(
            actor=self.caller,
            change_request_id=int(pk),
            **self.parse(QuoteWrite),
        )
        return self.show(int(pk), status=201)

    @extend_schema(
        operation_id="change_requests_approve", request=ApproveWrite, responses=ChangeRequestRead
    )
    @idempotent
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


class ChangeQuoteViewSet(HouseViewSet):
    """Offers above the limit wait for a second person on the builder's side (R13.2)."""

    model, read = ChangeQuote, ChangeQuoteRead
    tag = "change requests"
    access = {"approve": BUILDERS, "refuse": BUILDERS}
    duty = Duty.FINANCE
    errors = {
        "approve": (
            InvalidTransition,
            services.OwnQuote,
            services.QuoteSuperseded,
            services.QuoteExpired,
        ),
        "refuse": (InvalidTransition, services.OwnQuote),
    }

    @extend_schema(operation_id="change_quotes_approve", request=None, responses=ChangeQuoteRead)
    def approve(self, request: Request, pk: str) -> Response:
        """Let an offer go to the customer; not by whoever made it."""
        services.decide_change_quote(actor=self.caller, change_quote_id=int(pk), approve=True)
        return self.show(int(pk))

    @extend_schema(
        operation_id="change_quotes_refuse", request=ReasonWrite, responses=ChangeQuoteRead
    )
    def refuse(self, request: Request, pk: str) -> Response:
        """Keep an offer from the customer; not by whoever made it."""
        services.decide_change_quote(
            actor=self.caller, change_quote_id=int(pk), approve=False, **self.parse(ReasonWrite)
        )
        return self.show(int(pk))


class CutoffViewSet(HouseViewSet):
    """Until which stage of construction each kind of change can be agreed (R13.1)."""

    model, read = ChangeCutoff, CutoffRead
    default_limit = 100
    tag = "change requests"
    access = {"list": PUBLIC, "replace": BUILDERS}
    limits = {"replace": RECORDS}
    duty = Duty.SITE
    errors = {"replace": (InvalidValue,)}

    @extend_schema(operation_id="projects_change_cutoffs_list", responses=CutoffRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """Until when changes can be asked for; kinds that are not named have no limit."""
        self.expect(Project, project_id)
        return self.show_list(keys={"project_id": project_id})

    @extend_schema(
        operation_id="projects_change_cutoffs_replace",
        request=CutoffsWrite,
        responses=CutoffRead(many=True),
    )
    def replace(self, request: Request, *, project_id: int) -> Response:
        """Say until when each kind of change can be agreed; kinds that are not named have no limit."""
        rows = self.parse(CutoffsWrite)["cutoffs"]
        services.set_cutoffs(
            actor=self.caller,
            project_id=project_id,
            cutoffs=[(row["request_type"], row["milestone_code"]) for row in rows],
        )
        return self.list(request, project_id=project_id)
