"""The agreement of a booking: generate it, read it (contract 7.5)."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.documents import kept_agreement_pdf
from bookings.models import Agreement, Booking
from bookings.serializers import AgreementRead, SignatureWrite, SignedAgreementRead
from bookings.serializers.reads import agreement_link
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.links import reader_of
from realestate.core.api.papers import LINK, PDF, Paper
from realestate.core.api.pdf import LinkExpired, pdf_response
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, NotFound
from realestate.core.limits import PAPERS


class AgreementNotGenerated(NotFound):
    """No agreement has been generated for this booking yet."""

    code = "agreement_not_generated"


class AgreementView(Edge):
    """POST /api/bookings/{id}/generate-agreement."""

    access = {"post": BUILDERS}
    limits = {"post": PAPERS}
    duty = Duty.SALES
    errors = {"post": (InvalidTransition,)}
    tag = "bookings"

    @extend_schema(
        operation_id="bookings_generate_agreement", request=None, responses=AgreementRead
    )
    def post(self, request: Request, pk: int) -> Response:
        """Generate the booking's agreement from what is agreed now; a repeated call makes a new version."""
        agreement = services.generate_agreement(actor=self.caller, booking_id=pk)
        shown = {
            "message": "The agreement was generated.",
            "id": agreement.pk,
            "booking_id": pk,
            "version": agreement.version,
            "agreement_url": agreement_link(pk, reader_of(request)),
            "generated_at": agreement.created_at,
        }
        return Response(AgreementRead(shown).data)


class AgreementViewSet(HouseViewSet):
    """All versions of a booking's agreement, and signing the newest."""

    model, read = Agreement, SignedAgreementRead
    default_limit = 100
    tag = "bookings"
    access = {"list": PARTIES, "sign": PARTIES}
    duty = Duty.SALES
    errors = {
        "sign": (InvalidTransition, services.AgreementSuperseded, services.AlreadySigned),
    }

    @extend_schema(
        operation_id="bookings_agreements_list", responses=SignedAgreementRead(many=True)
    )
    def list(self, request: Request, *, pk: int) -> Response:  # type: ignore[override]  # nested: the route names the booking
        """The agreements of a booking with their signatures, newest first."""
        self.expect(Booking, pk)
        return self.show_list(keys={"booking_id": pk})

    @extend_schema(
        operation_id="agreements_sign",
        request=SignatureWrite,
        responses={201: SignedAgreementRead},
    )
    def sign(self, request: Request, pk: int) -> Response:
        """Sign the newest agreement of a confirmed booking.

        Customers sign for themselves; builders and staff record their own signature and those on paper.
        """
        services.sign_agreement(actor=self.caller, agreement_id=pk, **self.parse(SignatureWrite))
        return self.show(pk, status=201)


class AgreementDownload(Paper):
    """GET /api/bookings/{id}/download-agreement."""

    errors: ClassVar = {"get": (LinkExpired, AgreementNotGenerated)}
    tag = "bookings"

    @extend_schema(
        operation_id="bookings_download_agreement",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The newest agreement as a PDF, for the parties, or for whoever has a link that has not ended."""
        rows = self.readable(request, Agreement.objects.all()).filter(booking=pk)
        agreement = rows.select_related("file").order_by("-version").first()
        if agreement is None:
            raise AgreementNotGenerated
        return pdf_response(kept_agreement_pdf(agreement), agreement.agreement_number)
