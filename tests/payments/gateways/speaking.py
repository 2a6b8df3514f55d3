"""Gateways on this machine: servers that answer as the real ones do, and events signed as their documents say."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

from payments import jobs
from payments.models import GatewayEvent
from realestate.core import clock

STRIPE_KEY, STRIPE_SECRET = "sk_test_house", "whsec_house"
RAZORPAY_ID, RAZORPAY_KEY, RAZORPAY_SECRET = (
    "rzp_test_house",
    "key of the house",
    "hook of the house",
)


@dataclass
class Asked:
    """One request that reached a gateway."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        """Stripe's way."""
        return dict(parse_qsl(self.body))

    @property
    def json(self) -> dict:
        """Razorpay's way."""
        return json.loads(self.body)


@dataclass
class Server:
    """A gateway. ``answer`` replaces what it says next: a status and a body, or headers too."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: tuple[int, str, dict[str, str]] | None = None

    def reply(self, asked: Asked) -> tuple[int, str, dict[str, str]]:
        """As the real one, with new ids each time; the same idempotency key gives the same."""
        self.asked.append(asked)
        if self.answer is not None:
            return self.answer
        number = len(self.asked)
        if asked.path == "/v1/checkout/sessions":
            made = self._session(asked, number)
        elif asked.path == "/v1/payment_links":
            made = self._link(asked, number)
        else:
            return 404, json.dumps({"error": {"message": "no such path"}}), {}
        return 200, json.dumps(made), {}

    def _session(self, asked: Asked, number: int) -> dict:
        return {
            "id": f"cs_test_{number}",
            "object": "checkout.session",
            "amount_total": int(asked.form["line_items[0][price_data][unit_amount]"]),
            "currency": asked.form["line_items[0][price_data][currency]"],
            "payment_status": "unpaid",
            "url": f"https://checkout.stripe.com/c/pay/cs_test_{number}",
        }

    def _link(self, asked: Asked, number: int) -> dict:
        return {
            "id": f"plink_House{number}",
            "amount": asked.json["amount"],
            "currency": asked.json["currency"],
            "reference_id": asked.json["reference_id"],
            "short_url": f"https://rzp.io/i/house{number}",
            "status": "created",
        }


@contextmanager
def listening() -> Iterator[Server]:
    """A server while it is needed."""
    gateway = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.path, dict(self.headers), self.rfile.read(size).decode())
            status, body, headers = gateway.reply(asked)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST  # noqa: N815  # the name that http.server calls

        def log_message(self, *_args: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield gateway
        server.shutdown()
        thread.join()


def basic(headers: dict[str, str]) -> str:
    """Name and password that came with a request."""
    return base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()


def hexed(secret: str, text: bytes) -> str:
    """HMAC-SHA256 as both providers write it."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def stripe_signed(body: bytes, *, secret: str = STRIPE_SECRET, shift: int = 0) -> dict[str, str]:
    """https://docs.stripe.com/webhooks: t=seconds,v1=HMAC of seconds, dot and body."""
    stamp = int(clock.now().timestamp()) + shift
    return {"Stripe-Signature": f"t={stamp},v1={hexed(secret, f'{stamp}.'.encode() + body)}"}


def razorpay_signed(
    body: bytes, *, secret: str = RAZORPAY_SECRET, event_id: str = "rzp_evt_1"
) -> dict[str, str]:
    """https://razorpay.com/docs/webhooks/validate-test: HMAC of the body; the event's id is in a header."""
    return {"X-Razorpay-Signature": hexed(secret, body), "X-Razorpay-Event-Id": event_id}


def stripe_event(checkout, *, event_id="evt_1", kind="checkout.session.completed", **session):
    """What Stripe tells about a checkout."""
    about = {
        "id": checkout.external_id,
        "object": "checkout.session",
        "payment_status": "paid",
        "amount_total": int(checkout.amount * 100),
        "currency": checkout.currency.lower(),
        "payment_intent": f"pi_{checkout.external_id}",
        **session,
    }
    created = int(clock.now().timestamp())
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": created,
        "data": {"object": about},
    }
    return json.dumps(event).encode()


def razorpay_event(checkout, *, kind="payment_link.paid", with_link=True, shift=0, **payment):
    """What Razorpay tells about a checkout."""
    now = int(clock.now().timestamp())
    about = {
        "id": f"pay_{checkout.external_id}",
        "entity": "payment",
        "amount": int(checkout.amount * 100),
        "currency": checkout.currency,
        "status": "captured",
        "description": f"#{checkout.external_id.removeprefix('plink_')}",
        "created_at": now,
        **payment,
    }
    payload = {"payment": {"entity": about}}
    if with_link:
        payload["payment_link"] = {"entity": {"id": checkout.external_id, "status": "paid"}}
    return json.dumps({"event": kind, "created_at": now + shift, "payload": payload}).encode()


def tell(api, gateway: str, body: bytes, headers: dict[str, str]):
    """A gateway calls."""
    return api.post(
        f"/api/webhooks/{gateway}", body, content_type="application/json", headers=headers
    )


def work() -> None:
    """The worker: each waiting event once, by the job that was asked for."""
    for pk in (
        GatewayEvent.objects.filter(outcome="waiting").order_by("pk").values_list("pk", flat=True)
    ):
        jobs.apply_gateway_event(event_id=pk)


def outcomes() -> list[tuple[str, str]]:
    """What became of each event, in the order they came."""
    return list(GatewayEvent.objects.order_by("pk").values_list("outcome", "note"))
