"""Documents of payments: letters, notes, statements, settlements; and batches of letters made by the worker."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from payments import services
from payments.documents import (
    allotment_letter,
    credit_note_pdf,
    demand_letter,
    settlement_pdf,
    statement_pdf,
    statement_xlsx,
)
from payments.models import CreditNote, Demand, LetterBatch, Settlement
from payments.rules.statement import Statement
from payments.serializers.documents import (
    LetterBatchPageRead,
    LetterBatchRead,
    LetterBatchWrite,
)
from payments.views.statements import period
from realestate.core.api.access import BUILDERS
from realestate.core.api.idempotency import (
    idempotent,
)
from realestate.core.api.papers import LINK, PDF, Paper
from realestate.core.api.pdf import LinkExpired, pdf_response
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidValue, ServiceUnavailable
from realestate.core.limits import BATCHES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAYS = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; all days without it."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day; today without it."),
]
# Of a booking: what stands in the head of each document.
BOOKING = services.ON_LETTER
OF_BOOKING = tuple(f"booking__{path}" for path in BOOKING)


class BookingPaper(Paper):
    """A document of a booking."""

    tag = "documents"


class DemandLetterView(BookingPaper):
    """GET /api/demands/{id}/letter."""

    @extend_schema(
        operation_id="demands_letter",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The demand letter as a PDF; for late interest it is the interest note."""
        demand = services.for_letters(self.readable(request, Demand.objects.all())).get(pk=pk)
        return pdf_response(demand_letter(demand), demand.number)


class CreditNoteView(BookingPaper):
    """GET /api/credit-notes/{id}/pdf."""

    @extend_schema(
        operation_id="credit_notes_pdf",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The credit note as a PDF."""
        rows = self.readable(request, CreditNote.objects.all())
        loaded = rows.select_related(*OF_BOOKING).prefetch_related(
            "lines__demand_line__demand", "booking__applicants"
        )
        note = loaded.get(pk=pk)
        return pdf_response(credit_note_pdf(note), note.number)


class SettlementView(BookingPaper):
    """GET /api/settlements/{id}/pdf."""

    @extend_schema(
        operation_id="settlements_pdf",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The settlement as a PDF; what is not approved yet is marked as a draft."""
        rows = self.readable(request, Settlement.objects.all()).select_related(*OF_BOOKING)
        settlement = rows.prefetch_related("booking__applicants").get(pk=pk)
        return pdf_response(settlement_pdf(settlement), str(settlement))


class AllotmentLetterView(BookingPaper):
    """GET /api/bookings/{id}/allotment-letter."""

    errors: ClassVar = {"get": (LinkExpired, services.NoSchedule, ServiceUnavailable)}

    @extend_schema(
        operation_id="bookings_allotment_letter",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The allotment letter as a PDF: unit, price and payment plan as they were when the booking was confirmed."""
        rows = self.readable(request, Booking.objects.all()).select_related(*BOOKING, "unit__tower")
        booking = rows.prefetch_related("applicants").get(pk=pk)
        letter = allotment_letter(booking, **services.allotment_of(booking))
        return pdf_response(letter, f"{booking.booking_number} allotment")


class StatementPaper(BookingPaper):
    """What both kinds of statement share."""

    errors: ClassVar = {"get": (*Paper.errors["get"], InvalidValue)}

    def account(self, request: Request, pk: int) -> tuple[Booking, Statement]:
        """The booking and its account over the days that were asked for. Raises InvalidValue (400)."""
        rows = self.readable(request, Booking.objects.all()).select_related(*BOOKING)
        booking = rows.prefetch_related("applicants").get(pk=pk)
        first_on, last_on = period(request, booking)
        return booking, services.statement_of(booking, first_on=first_on, last_on=last_on)


class StatementPdfView(StatementPaper):
    """GET /api/bookings/{id}/statement.pdf."""

    @extend_schema(
        operation_id="bookings_statement_pdf",
        parameters=[LINK, *DAYS],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The statement of account as a PDF, as of a day."""
        booking, statement = self.account(request, pk)
        return pdf_response(statement_pdf(booking, statement), f"statement-{booking}")


class StatementSheetView(StatementPaper):
    """GET /api/bookings/{id}/statement.xlsx."""

    @extend_schema(
        operation_id="bookings_statement_xlsx",
        parameters=[LINK, *DAYS],
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The statement of account as a spreadsheet whose balances are formulas."""
        booking, statement = self.account(request, pk)
        response = pdf_response(statement_xlsx(booking, statement), f"statement-{booking}")
        response["Content-Type"] = XLSX
        response["Content-Disposition"] = f'attachment; filename="statement-{booking}.xlsx"'
        return response


class LetterBatchViewSet(HouseViewSet):
    """Letters of many demands at once."""

    model, read = LetterBatch, LetterBatchRead
    list_key = "letter_batches"
    tag = "documents"
    access = {"list": BUILDERS, "retrieve": BUILDERS, "create": BUILDERS}
    limits = {"create": BATCHES}
    duty = Duty.FINANCE
    errors = {
        "create": (
            services.NoLetters,
            services.TooManyLetters,
        )
    }

    @extend_schema(operation_id="demand_letters_list", responses=LetterBatchPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Batches of letters of your projects, newest first."""
        return super().list(request)

    @extend_schema(operation_id="demand_letters_retrieve", responses=LetterBatchRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """How far a batch is, and its file once it is ready."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="demand_letters_create",
        request=LetterBatchWrite,
        responses={201: LetterBatchRead},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Have all letters of a project, of a stage or of some days made into one ZIP.

        The worker makes them; ask for the batch until its state is ``finished``. Asked again within the hour for the
        same demands, it is the same batch.
        """
        batch = services.request_letters(actor=self.caller, **self.parse(LetterBatchWrite))
        return self.show(batch.pk, status=201)
