"""The quote on paper."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from bookings.documents import quote_pdf
from bookings.documents.quote import SHOWN
from bookings.models import Quote
from realestate.core.api.papers import LINK, PDF, Paper
from realestate.core.api.pdf import pdf_response


class QuotePdfView(Paper):
    """GET /api/quotes/{id}/pdf."""

    tag = "bookings"

    @extend_schema(
        operation_id="quotes_pdf",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The quote as a PDF, for its customer and its builder, or for whoever has a link that has not ended."""
        rows = self.readable(request, Quote.objects.all())
        quote = rows.select_related(*SHOWN).get(pk=pk)
        return pdf_response(quote_pdf(quote), quote.quote_number)
