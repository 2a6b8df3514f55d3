"""The agreement of a booking: generate it, read it (contract 7.5)."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.documents import kept_agreement_pdf
from bookings.models import Agreement, Booking
from bookings.serializers import AgreementRead, SignatureWrite, SignedAgreementRead
from bookings.serializers.reads import agreement_link
from realestate.core.api.access import BUILDERS, PARTIES, PUBLIC
from realestate.core.api.links import reader_of
from realestate.core.api.pdf import TOKEN, LinkExpired, opened_by_link, pdf_response
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


class AgreementDownload(Edge):
    """GET /api/bookings/{id}/download-agreement."""

    access = {"get": PUBLIC}
    limits = {"get": PAPERS}
    errors = {"get": (LinkExpired, AgreementNotGenerated)}
    tag = "bookings"

    @extend_schema(
        operation_id="bookings_download_agreement",
        parameters=[
            OpenApiParameter(TOKEN, str, description="Of a link that opens without a login.")
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The newest agreement as a PDF, for the parties, or for whoever has a link that has not ended."""
        by_link = opened_by_link(request)
        if not by_link and request.user.pk is None:
            raise NotAuthenticated
        rows = Agreement.objects.all() if by_link else Agreement.objects.for_user(request.user)
        rows = rows.filter(booking=pk).select_related("file")
        agreement = rows.order_by("-version").first()
        if agreement is None:
            raise AgreementNotGenerated
        return pdf_response(kept_agreement_pdf(agreement), agreement.agreement_number)
