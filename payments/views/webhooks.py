"""Where gateways tell us what happened: webhooks/{gateway}; and the page of the gateway for development."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.enums import Gateway
from payments.gateways import EventUnreadable, SignatureInvalid, heard
from payments.gateways.fake import Fake, page_of, signed_event
from payments.services.webhooks import keep_event
from realestate.core.api.access import PUBLIC
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, message
from realestate.core.errors import NotFound, TooLarge

MAX_BYTES = 256 * 1024  # many times what gateways send
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
KINDS = {"pay": "payment.paid", "decline": "payment.declined"}


def receive(name: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Verify what a gateway sent and keep it; says whether it is new. All that money does happens later, in a job.

    Raises NotFound for a gateway that is not used here, TooLarge (413), SignatureInvalid, EventUnreadable (400).
    """
    adapter = heard(name)
    if adapter is None:
        raise NotFound
    if len(body) > MAX_BYTES:
        raise TooLarge
    event = adapter.verify(body, headers)
    return keep_event(
        gateway=Gateway(adapter.name),
        event_id=event.event_id,
        kind=event.kind,
        facts=event.facts(),
        body=event.body,
    )


class WebhookView(Edge):
    """POST /api/webhooks/{gateway}."""

    access = {"post": PUBLIC}
    errors = {"post": (SignatureInvalid, EventUnreadable, TooLarge)}
    tag = "payments"
    authentication_classes = ()  # the signature says who it is

    @extend_schema(
        operation_id="webhooks_receive",
        request=OpenApiTypes.OBJECT,
        examples=[
            OpenApiExample(
                "An event",
                {"id": "evt_1", "type": "checkout.session.completed", "data": {}},
                request_only=True,
            )
        ],
        responses={200: MessageRead},
        parameters=[
            OpenApiParameter(
                "gateway", str, OpenApiParameter.PATH, description="Its name, such as stripe."
            )
        ],
    )
    def post(self, request: Request, gateway: str) -> Response:
        """For payment gateways: an event, signed over the bytes of the body. The same event again changes nothing."""
        if heard(gateway) is not None and _length(request) > MAX_BYTES:
            raise TooLarge
        receive(gateway, request.body, request.headers)
        return message("Received.")


def _length(request: Request) -> int:
    """What the caller says it sends; what it does send is measured too."""
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdigit() else 0


@method_decorator(never_cache, name="dispatch")
class FakeGatewayPage(View):
    """The page of the gateway for development: pay or decline, without any money."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Amount and two buttons."""
        return _page(request, token, done="")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Tells the platform as a real gateway would: with a signed event."""
        kind = KINDS.get(request.POST.get("choice", ""), "")
        page = page_of(token)
        if not kind or page is None or not Fake().is_offered:
            raise Http404
        body, headers = signed_event(page, kind)
        receive(Gateway.FAKE, body, headers)
        return _page(request, token, done=kind)


def _page(request: HttpRequest, token: str, *, done: str) -> HttpResponse:
    page = page_of(token) if Fake().is_offered else None
    if page is None:
        raise Http404
    response = render(request, "payments/fake_gateway.html", {"page": page, "done": done})
    response["Content-Security-Policy"] = POLICY
    return response
