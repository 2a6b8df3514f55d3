"""Demands, credit notes and late interest (R7, R9)."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments import services
from payments.filters import CreditNoteFilter, DemandFilter
from payments.models import CreditNote, Demand, DemandLine
from payments.serializers.demands import (
    CreditNotePageRead,
    CreditNoteRead,
    CreditNoteWrite,
    DemandPageRead,
    DemandRead,
    InterestPostedRead,
    InterestWrite,
    RaisedRead,
    UncertifyWrite,
)
from progress.models import Milestone
from progress.services import StagePassedOver
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import Edge
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import BATCHES, RECORDS


class DemandViewSet(ExplainingViewSet):
    """Demands: the customer's own, the builder's of its projects."""

    model, read, filterset_class = Demand, DemandRead, DemandFilter
    list_key = "demands"
    tag = "demands"
    access = {"list": PARTIES, "retrieve": PARTIES, "correct": BUILDERS}
    limits = {"correct": RECORDS}
    duty = Duty.FINANCE
    errors = {
        "correct": (
            InvalidTransition,
            services.NothingToCredit,
            services.InterestIsDerived,
            services.ReasonMissing,
        )
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Demands with what is open of them and of each line."""
        rows = self.shaped(self.rows().with_open())  # type: ignore[attr-defined]  # DemandQuerySet
        lines = DemandLine.objects.with_open().order_by("sequence")
        return rows.prefetch_related(Prefetch("lines", lines, to_attr="shown_lines"))

    @extend_schema(operation_id="demands_list", responses=DemandPageRead, parameters=[EXPLAIN])
    def list(self, request: Request, **_path: str) -> Response:
        """What you were asked to pay, newest first."""
        return super().list(request)

    @extend_schema(operation_id="demands_retrieve", responses=DemandRead, parameters=[EXPLAIN])
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One demand with its lines, their taxes and what is open."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="demands_correct", request=CreditNoteWrite, responses={201: CreditNoteRead}
    )
    @idempotent
    def correct(self, request: Request, pk: str) -> Response:
        """Take a wrong demand back with a credit note, and demand its lines anew (R7.5)."""
        note = services.correct_demand(
            actor=self.caller, demand_id=int(pk), **self.parse(CreditNoteWrite)
        )
        shown = CreditNote.objects.with_amount().get(pk=note.pk)
        return Response(CreditNoteRead(shown).data, status=201)


class CreditNoteViewSet(ExplainingViewSet):
    """Credit notes: the customer's own, the builder's of its projects."""

    model, read, filterset_class = CreditNote, CreditNoteRead, CreditNoteFilter
    list_key = "credit_notes"
    tag = "demands"
    access = {"list": PARTIES, "retrieve": PARTIES}

    def get_queryset(self) -> QuerySet[Any]:
        """Credit notes with their amounts."""
        rows = self.shaped(self.rows().with_amount())  # type: ignore[attr-defined]  # CreditNoteQuerySet
        return services.with_working(rows) if self.explains else rows

    @extend_schema(
        operation_id="credit_notes_list", responses=CreditNotePageRead, parameters=[EXPLAIN]
    )
    def list(self, request: Request, **_path: str) -> Response:
        """Why you owe less without having paid, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="credit_notes_retrieve", responses=CreditNoteRead, parameters=[EXPLAIN]
    )
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One credit note."""
        return super().retrieve(request, pk)


class InterestView(Edge):
    """POST /api/bookings/{id}/interest."""

    access = {"post": BUILDERS}
    limits = {"post": RECORDS}
    duty = Duty.FINANCE
    tag = "demands"

    @extend_schema(
        operation_id="bookings_interest_create",
        request=InterestWrite,
        responses={201: InterestPostedRead(many=True)},
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Post late interest up to a day.

        What was posted before is taken off, so that a second call posts nothing.
        """
        posted = services.charge_interest(
            actor=self.caller, booking_id=pk, **self.parse(InterestWrite)
        )
        rows = [
            {
                "demand_line_id": each.line.pk,
                "label": each.line.label,
                "posted_on": each.on,
                "amount": each.amount,
            }
            for each in posted
        ]
        return Response(InterestPostedRead(rows, many=True).data, status=201)


class MilestoneUncertifyView(Edge):
    """POST /api/milestones/{id}/uncertify."""

    access = {"post": BUILDERS}
    limits = {"post": RECORDS}
    duty = Duty.FINANCE  # what was demanded is taken back with it
    errors = {
        "post": (
            InvalidTransition,
            StagePassedOver,
            services.StagePaid,
            services.ReasonMissing,
        )
    }
    tag = "demands"

    @extend_schema(
        operation_id="milestones_uncertify",
        request=UncertifyWrite,
        responses={200: CreditNoteRead(many=True)},
    )
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take a certification back while nothing is paid on it; says the credit notes for what it had demanded (R7.9).

        The stage is reported again. Later stages have to be taken back first.
        """
        made = services.uncertify_stage(
            actor=self.caller, milestone_id=pk, **self.parse(UncertifyWrite)
        )
        notes = CreditNote.objects.with_amount().filter(pk__in=[note.pk for note in made])
        return Response(CreditNoteRead(notes.order_by("pk"), many=True).data)


class MilestoneDemandsView(Edge):
    """POST /api/milestones/{id}/demands."""

    access = {"post": BUILDERS}
    limits = {"post": BATCHES}
    duty = Duty.FINANCE
    tag = "demands"

    @extend_schema(
        operation_id="milestones_demands_create",
        request=None,
        responses={200: RaisedRead(many=True)},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Raise what a certified milestone makes due, booking by booking, and hear what had to wait (R7.3).

        Certifying does this by itself; asking again is harmless.
        """
        milestone = Milestone.objects.editable_by(request.user).get(pk=pk)
        raised = services.raise_milestone_demands(milestone_id=milestone.pk)
        rows = [
            {
                "booking_id": each.booking_id,
                "demand_id": each.demand.pk if each.demand else None,
                "demand_number": each.demand.number if each.demand else None,
                "skipped": [
                    {"label": line.label, "reason": reason} for line, reason in each.skipped
                ],
            }
            for each in raised
        ]
        return Response(RaisedRead(rows, many=True).data)
