"""The edges of paying online: bookings/{id}/checkouts, checkouts/{id}."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from payments.enums import Gateway
from payments.gateways import Adapter, GatewayNotAvailable, GatewayUnavailable, Order, choose
from payments.models import Checkout
from payments.serializers.checkouts import CheckoutRead, CheckoutWrite
from payments.services.checkouts import (
    NothingToPay,
    begin_checkout,
    checkout_not_opened,
    checkout_opened,
)
from realestate.core.api.access import CUSTOMERS, PARTIES
from realestate.core.api.idempotency import (
    idempotent_outward,
)
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.errors import InvalidTransition
from realestate.core.limits import CHECKOUTS


class CheckoutViewSet(HouseViewSet):
    """Attempts to pay online."""

    model, read = Checkout, CheckoutRead
    tag = "payments"
    access = {"retrieve": PARTIES}

    @extend_schema(operation_id="checkouts_retrieve", responses=CheckoutRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """How an attempt to pay online stands.

        The gateway tells us some seconds after the customer has paid: ask again while it is open.
        """
        return super().retrieve(request, pk)


class BookingCheckoutsView(Edge):
    """POST /api/bookings/{id}/checkouts."""

    access = {"post": CUSTOMERS}
    limits = {"post": CHECKOUTS}
    errors = {
        "post": (
            InvalidTransition,
            NothingToPay,
            GatewayNotAvailable,
            GatewayUnavailable,
        )
    }
    tag = "payments"

    @extend_schema(
        operation_id="bookings_checkouts_create",
        request=CheckoutWrite,
        responses={201: CheckoutRead},
    )
    @idempotent_outward
    def post(self, request: Request, pk: int) -> Response:
        """Begin to pay online: the answer has the address of the page to pay on.

        The payment appears when the gateway has told us, whatever the customer's browser does meanwhile. A hold must
        be live when paying begins.
        """
        body = self.parse(CheckoutWrite)
        rows = Booking.objects.for_user(request.user)
        currency = rows.values_list("currency", flat=True).get(pk=pk)
        adapter = choose(body.pop("gateway", None), currency)
        checkout = begin_checkout(
            actor=self.caller, booking_id=pk, gateway=Gateway(adapter.name), **body
        )
        opened = _open(adapter, checkout)
        return Response(CheckoutRead(opened).data, status=201)


def _open(adapter: Adapter, checkout: Checkout) -> Any:  # a Checkout
    """Ask the gateway, outside of any transaction, and keep what it answers."""
    booking = checkout.booking
    order = Order(
        reference=f"checkout-{checkout.pk}",
        amount=checkout.amount,
        currency=checkout.currency,
        description=f"{booking.booking_number}, {booking.project.project_name}"[:200],
        success_url=_page(settings.CHECKOUT_SUCCESS_URL, checkout, "success"),
        cancel_url=_page(settings.CHECKOUT_CANCEL_URL, checkout, "cancelled"),
    )
    try:
        created = adapter.begin(order)
    except GatewayUnavailable as error:
        checkout_not_opened(checkout_id=checkout.pk, reason=str(error.__cause__ or error))
        raise
    return checkout_opened(
        checkout_id=checkout.pk, external_id=created.external_id, url=created.url
    )


def _page(address: str, checkout: Any, result: str) -> str:  # a Checkout
    """The page of the web client that the browser comes back to, told which checkout it was."""
    query = urlencode({"checkout": checkout.pk, "result": result})
    return f"{address or settings.FRONTEND_URL + '/'}?{query}"
