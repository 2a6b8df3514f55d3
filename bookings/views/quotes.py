"""Quotes: ask, read, decide about a discount (R1)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.filters import QuoteFilter
from bookings.models import Quote
from bookings.serializers import QuoteDecisionWrite, QuotePageRead, QuoteRead, SaleQuoteWrite
from projects.services import PriceListNotValid
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import QUOTES

DECISION_REFUSALS = (InvalidTransition, services.OwnQuote, services.QuoteExpired)


class QuoteViewSet(ExplainingViewSet):
    """Quotes: the customer's own, the builder's for its units."""

    model, read = Quote, QuoteRead
    list_key = "quotes"
    filterset_class = QuoteFilter
    tag = "quotes"
    access = {
        "list": PARTIES,
        "create": PARTIES,
        "retrieve": PARTIES,
        "approve": BUILDERS,
        "refuse": BUILDERS,
    }
    limits = {"create": QUOTES}
    duty = Duty.SALES
    duties = {"approve": Duty.FINANCE, "refuse": Duty.FINANCE}
    errors = {
        "create": (PriceListNotValid,),
        "approve": DECISION_REFUSALS,
        "refuse": DECISION_REFUSALS,
    }

    def get_serializer_context(self) -> dict[str, Any]:
        """With the time of the answer."""
        return {**super().get_serializer_context(), "now": clock.now()}

    @extend_schema(operation_id="quotes_list", parameters=[EXPLAIN], responses=QuotePageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your quotes, newest first."""
        return super().list(request)

    @extend_schema(operation_id="quotes_retrieve", parameters=[EXPLAIN], responses=QuoteRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One quote with its cost sheet."""
        return super().retrieve(request, pk)

    @extend_schema(operation_id="quotes_create", request=SaleQuoteWrite, responses={201: QuoteRead})
    def create(self, request: Request) -> Response:
        """Get a unit quoted at today's prices.

        Builders and staff may grant a discount; above the project's limit it waits for somebody else's approval.
        """
        quote = services.make_quote(actor=self.caller, **self.parse(SaleQuoteWrite))
        return self.show(quote.pk, status=201)

    @extend_schema(operation_id="quotes_approve", request=QuoteDecisionWrite, responses=QuoteRead)
    def approve(self, request: Request, pk: str) -> Response:
        """Approve a discount above the limit; whoever granted it cannot."""
        return self._decide(pk, approve=True)

    @extend_schema(operation_id="quotes_refuse", request=QuoteDecisionWrite, responses=QuoteRead)
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse a discount above the limit; whoever granted it cannot."""
        return self._decide(pk, approve=False)

    def _decide(self, pk: str, *, approve: bool) -> Response:
        body = self.parse(QuoteDecisionWrite)
        services.decide_quote(actor=self.caller, quote_id=int(pk), approve=approve, **body)
        return self.show(int(pk))
