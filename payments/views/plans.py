"""Payment plans and booking schedules (R2)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.enums import PaymentPlan
from bookings.models import Booking
from bookings.rules import PLAN_WORDS, token_for
from bookings.services.limits import TOKEN_PERCENT
from payments import services
from payments.filters import PlanFilter
from payments.models import PlanTemplate, ScheduleRevision
from payments.serializers.plans import (
    PlanPatch,
    PlanRead,
    PlanWrite,
    PreviewRead,
    RevisionRead,
    RevisionWrite,
)
from projects.models import Unit
from projects.services import sheet_for
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PARTIES, PUBLIC, USERS
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet, wants_explanation
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, InvalidValue
from realestate.core.limits import RECORDS

WORD = OpenApiParameter(
    "payment_plan", str, required=True, enum=PaymentPlan.values, description="Whose lines to show."
)


class PlanViewSet(HouseViewSet):
    """Payment plans: those that are offered for everybody who is logged in, all of them for the builder."""

    model, read, filterset_class = PlanTemplate, PlanRead, PlanFilter
    default_limit = 100
    tag = "payment plans"
    access = {
        "list": USERS,
        "retrieve": USERS,
        "create": BUILDERS,
        "partial_update": BUILDERS,
        "destroy": BUILDERS,
    }
    limits = {"create": RECORDS}
    duty = Duty.FINANCE
    errors = {
        "create": (services.PlanNotValid, services.PlanExists),
        "partial_update": (services.PlanNotValid, services.PlanRetired, services.PlanExists),
        "destroy": (services.PlanRetired,),
    }

    @extend_schema(operation_id="payment_plans_list", responses=PlanRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Payment plans, newest first."""
        return super().list(request)

    @extend_schema(operation_id="payment_plans_retrieve", responses=PlanRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One payment plan with its lines."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="payment_plans_create", request=PlanWrite, responses={201: PlanRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Offer a payment plan. The percentages add to 100; a fixed line without an amount is the token."""
        row = services.add_plan(actor=self.caller, **self.parse(PlanWrite))
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="payment_plans_update", request=PlanPatch, responses=PlanRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a payment plan: the answer is a new one, and the old one is retired.

        Bookings that were made by the old one keep what they have.
        """
        row = services.change_plan(actor=self.caller, plan_id=int(pk), **self.parse(PlanPatch))
        return self.show(row.pk)

    @extend_schema(operation_id="payment_plans_delete", responses=MessageRead)
    def destroy(self, request: Request, pk: str) -> Response:
        """Offer a payment plan no more."""
        services.retire_plan(actor=self.caller, plan_id=int(pk))
        return message("The plan is not offered any more.")


class PlanPreviewView(Edge):
    """GET /api/units/{id}/payment-schedule."""

    access = {"get": PUBLIC}
    errors = {"get": (InvalidValue, services.PlanNotApplicable)}
    tag = "payment plans"

    @extend_schema(
        operation_id="units_payment_schedule", responses=PreviewRead, parameters=[WORD, EXPLAIN]
    )
    def get(self, request: Request, pk: int) -> Response:
        """What a unit would cost by a payment plan, line by line, before tax, at today's price."""
        unit = Unit.objects.for_user(request.user).select_related("project").get(pk=pk)
        word = PLAN_WORDS.resolve(request.query_params.get("payment_plan"))
        if word is None:
            raise InvalidValue(errors={"payment_plan": ["Name one of the four plans."]})
        project = unit.project
        sheet = sheet_for(unit, clock.today(project.time_zone)).sheet
        template = PlanTemplate.objects.filter(
            project=project, payment_plan=word, is_active=True
        ).first()
        token = token_for(
            sheet.agreement_value, TOKEN_PERCENT.for_project(project), project.currency
        )
        found = services.preview(
            template,
            word=word,
            sheet=sheet,
            token=token,
        )
        explains = wants_explanation(request)
        body = {
            "unit_id": unit.pk,
            "payment_plan": word,
            "plan_id": template.pk if template else None,
            "name": template.name if template else "",
            "agreement_value": sheet.agreement_value,
            "plan_value": sheet.plan_value,
            "currency": project.currency,
            "lines": [
                {
                    **vars(line),
                    "amount": amount,
                    "working": working.as_json() if explains else None,
                }
                for line, amount, working in found
            ],
        }
        return Response(PreviewRead(body).data)


class ScheduleViewSet(ExplainingViewSet):
    """The schedule of a booking, with its history."""

    model, read = ScheduleRevision, RevisionRead
    default_limit = 100
    tag = "payment plans"
    access = {"of_booking": PARTIES, "revise": BUILDERS}
    limits = {"revise": RECORDS}
    duty = Duty.FINANCE
    explained_actions = frozenset({"of_booking"})
    errors = {"revise": (services.PlanNotApplicable, services.NoSchedule, InvalidTransition)}

    @property
    def paged(self) -> bool:
        """Whether the action answers in pages; for the OpenAPI document."""
        return self.action == "of_booking"

    def get_serializer_context(self) -> dict[str, Any]:
        """With the working of each line of the booking, when they are asked for."""
        context = super().get_serializer_context()
        if context["explain"]:
            rows: Any = Booking.objects.select_related("quote")
            booking = rows.for_user(self.request.user).get(pk=self.kwargs["pk"])
            context["workings"] = services.schedule_workings(booking)
        return context

    @extend_schema(
        operation_id="bookings_schedule", parameters=[EXPLAIN], responses=RevisionRead(many=True)
    )
    def of_booking(self, request: Request, pk: str) -> Response:
        """Every state of a booking's payment schedule, the first one first; empty before it is confirmed."""
        self.expect(Booking, int(pk))
        return self.show_list(keys={"booking_id": int(pk)})

    @extend_schema(
        operation_id="bookings_schedule_revise",
        request=RevisionWrite,
        responses={201: RevisionRead},
    )
    @idempotent
    def revise(self, request: Request, pk: str) -> Response:
        """Replace the lines that no demand has asked for by others of the same sum (R2.7)."""
        body = self.parse(RevisionWrite)
        row = services.revise_schedule(
            actor=self.caller,
            booking_id=int(pk),
            lines=services.specs(body["lines"]),
            reason=body["reason"],
        )
        return self.show(row.pk, status=201)
