"""Appointments over HTTP (contract 7.6): parse, call one service, show."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from projects.models import Project
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.idempotency import (
    idempotent,
)
from realestate.core.api.pagination import array_response
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import APPOINTMENTS
from scheduling import services
from scheduling.filters import AppointmentFilter
from scheduling.models import Appointment, AppointmentMove
from scheduling.querysets import STATS
from scheduling.rules import ACTION_FOR
from scheduling.serializers import (
    AppointmentCancelledRead,
    AppointmentMoveRead,
    AppointmentPageRead,
    AppointmentRead,
    AppointmentStatusWrite,
    AppointmentWrite,
    RescheduleWrite,
)

WHEN = (
    services.SlotTaken,
    services.InThePast,
    services.TooSoon,
    services.TooFarAhead,
    services.DurationOutOfRange,
    services.NoSuchTime,
    services.OutsideHours,
    services.OnHoliday,
)


class AppointmentViewSet(HouseViewSet):
    """Appointments of a customer with a builder."""

    model, read, filterset_class = Appointment, AppointmentRead, AppointmentFilter
    list_key = "appointments"
    default_limit = 100  # the customer page asks for no page and shows them all
    tag = "appointments"
    access = {
        "list": PARTIES,
        "create": PARTIES,
        "retrieve": PARTIES,
        "destroy": PARTIES,
        "of_customer": PARTIES,
        "of_project": BUILDERS,
        "set_status": PARTIES,
        "reschedule": PARTIES,
    }
    limits = {"create": APPOINTMENTS, "reschedule": APPOINTMENTS}
    duty = Duty.SALES
    errors = {
        "create": WHEN,
        "destroy": (InvalidTransition,),
        "set_status": (InvalidTransition, services.AppointmentNotStarted),
        "reschedule": (*WHEN, InvalidTransition),
    }

    def unfiltered(self, **keys: int) -> QuerySet[Appointment]:
        """The rows with these keys, whatever the query says."""
        return self.get_queryset().filter(**keys)

    @property
    def paged(self) -> bool:
        """Whether the action answers in pages; for the OpenAPI document."""
        return self.action in {"list", "of_customer", "of_project"}

    @extend_schema(operation_id="appointments_list", responses=AppointmentPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your appointments, latest first, with counts over all of them."""
        return self.show_list(stats=self.ask(self.rows, {}).counts(**STATS))

    @extend_schema(
        operation_id="appointments_create",
        request=AppointmentWrite,
        responses={201: AppointmentRead},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Make an appointment."""
        row = services.book_appointment(actor=self.caller, **self.parse(AppointmentWrite))
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="appointments_retrieve")
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One appointment."""
        return super().retrieve(request, pk)

    @extend_schema(operation_id="appointments_cancel", responses={200: AppointmentCancelledRead})
    def destroy(self, request: Request, pk: int) -> Response:
        """Cancel an appointment; it stays in the history."""
        services.cancel_appointment(actor=self.caller, appointment_id=pk)
        return message("The appointment was cancelled.", success=True)

    @extend_schema(
        operation_id="appointments_of_customer", responses=AppointmentRead(many=True), filters=False
    )
    def of_customer(self, request: Request, customer_id: int) -> Response:
        """The appointments of a customer: your own, or with your projects."""
        customer = Customer.objects.for_user(self.caller).get(pk=customer_id)
        return self._array(customer_id=customer.pk)

    @extend_schema(
        operation_id="appointments_of_project", responses=AppointmentRead(many=True), filters=False
    )
    def of_project(self, request: Request, project_id: int) -> Response:
        """The appointments of one of your projects."""
        project = Project.objects.editable_by(self.caller).get(pk=project_id)
        return self._array(project_id=project.pk)

    @extend_schema(
        operation_id="appointments_set_status",
        request=AppointmentStatusWrite,
        responses=AppointmentRead,
    )
    def set_status(self, request: Request, pk: int) -> Response:
        """Confirm, complete or cancel an appointment, or record a no-show; customers may only cancel."""
        body = self.parse(AppointmentStatusWrite)
        action = ACTION_FOR[body.pop("status")]
        services.move_appointment(actor=self.caller, appointment_id=pk, action=action, **body)
        return self.show(pk)

    @extend_schema(
        operation_id="appointments_reschedule", request=RescheduleWrite, responses=AppointmentRead
    )
    def reschedule(self, request: Request, pk: int) -> Response:
        """Move an appointment to another time; it has to be confirmed again."""
        body = self.parse(RescheduleWrite)
        services.reschedule_appointment(actor=self.caller, appointment_id=pk, **body)
        return self.show(pk)

    def _array(self, **keys: int) -> Response:
        page = self.page(self.unfiltered, keys)
        return array_response(self.request, page, self.shown(page))


class AppointmentHistoryViewSet(HouseViewSet):
    """The times that an appointment had before (R14.5)."""

    model, read = AppointmentMove, AppointmentMoveRead
    default_limit = 100
    tag = "appointments"
    access = {"list": PARTIES}

    @extend_schema(operation_id="appointments_history", responses=AppointmentMoveRead(many=True))
    def list(self, request: Request, *, pk: int) -> Response:  # type: ignore[override]  # nested: the route names the appointment
        """Each earlier time, who moved the appointment and why; the first time comes first."""
        self.expect(Appointment, pk)
        return self.show_list(keys={"appointment_id": pk})
