"""The documents of a booking over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from bookings.services import AlreadyFiled, file_document
from realestate.binder.papers import papers_of
from realestate.binder.serializers import DocumentWrite, PapersRead
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.views import Edge
from realestate.core.enums import Duty
from realestate.core.errors import InvalidValue
from realestate.core.limits import RECORDS

SHOWN = ("project__builder", "unit", "customer__user__customer")


class PapersView(Edge):
    """/api/bookings/{id}/documents."""

    access = {"get": PARTIES, "post": BUILDERS}
    limits = {"post": RECORDS}
    duty = Duty.PAPERS
    errors = {"post": (InvalidValue, AlreadyFiled)}
    tag = "documents"

    @extend_schema(operation_id="bookings_documents_list", responses=PapersRead)
    def get(self, request: Request, pk: int) -> Response:
        """Every paper of a booking, newest first: agreements, letters, receipts, proofs, certificates, what was filed.

        Stored papers have size and checksum; the others are drawn when they are opened. Links are the reader's own.
        """
        return self._shown(pk)

    @extend_schema(
        operation_id="bookings_documents_create",
        request=DocumentWrite,
        responses={201: PapersRead},
    )
    def post(self, request: Request, pk: int) -> Response:
        """File a further document that was sent to /api/files, for both parties or for the builder's side alone."""
        file_document(actor=self.caller, booking_id=pk, **self.parse(DocumentWrite))
        return self._shown(pk, status=201)

    def _shown(self, pk: int, status: int = 200) -> Response:
        rows = Booking.objects.for_user(self.caller).select_related(*SHOWN)
        booking = rows.get(pk=pk)
        papers = papers_of(booking, self.caller)
        context = {"request": self.request, "booking": booking}
        body = {"booking_id": booking.pk, "documents": papers}
        return Response(PapersRead(body, context=context).data, status=status)
