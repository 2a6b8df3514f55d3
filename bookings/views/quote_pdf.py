"""The quote on paper."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from bookings.documents import quote_pdf
from bookings.documents.quote import SHOWN
from bookings.models import Quote
from realestate.core.api.access import PUBLIC
from realestate.core.api.pdf import TOKEN, LinkExpired, opened_by_link, pdf_response
from realestate.core.api.views import Edge
from realestate.core.errors import ServiceUnavailable
from realestate.core.limits import PAPERS


class QuotePdfView(Edge):
    """GET /api/quotes/{id}/pdf."""

    access = {"get": PUBLIC}
    limits = {"get": PAPERS}
    errors = {"get": (LinkExpired, ServiceUnavailable)}
    tag = "bookings"

    @extend_schema(
        operation_id="quotes_pdf",
        parameters=[
            OpenApiParameter(TOKEN, str, description="Of a link that opens without a login.")
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The quote as a PDF, for its customer and its builder, or for whoever has a link that has not ended."""
        by_link = opened_by_link(request)
        if not by_link and request.user.pk is None:
            raise NotAuthenticated
        rows = Quote.objects.all() if by_link else Quote.objects.for_user(request.user)
        quote = rows.select_related(*SHOWN).get(pk=pk)
        return pdf_response(quote_pdf(quote), quote.quote_number)
