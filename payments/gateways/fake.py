"""The gateway for development: a page with two buttons, and webhooks that are as signed as real ones."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from payments.enums import Gateway
from payments.gateways.base import (
    Adapter,
    Created,
    Event,
    EventUnreadable,
    Order,
    SignatureInvalid,
    from_minor,
    instant,
    readable,
    refuse_in_transaction,
    refuse_other_times,
    to_minor,
    word,
)
from realestate.core import clock
from realestate.core.amounts import format_money
from realestate.core.money import ZERO

HEADER = "X-Fake-Signature"
SALT = "payments.gateways.fake"
LIFE = 24 * 3600  # seconds in which the page can be used
OUTCOMES = {"payment.paid": "succeeded", "payment.declined": "failed"}


class Fake(Adapter):
    """No money moves. Offered only where the set-up says so."""

    name = Gateway.FAKE

    @property
    def is_offered(self) -> bool:
        """In development."""
        return bool(settings.FAKE_GATEWAY)

    @property
    def is_heard(self) -> bool:
        """In development."""
        return self.is_offered

    def begin(self, order: Order) -> Created:
        """A page of our own; its address carries all that the page needs to know."""
        refuse_in_transaction()
        external_id = f"fake_{secrets.token_hex(12)}"
        token = signing.dumps(
            {
                "id": external_id,
                "amount": to_minor(order.amount, order.currency),
                "currency": order.currency,
                "description": order.description,
                "success_url": order.success_url,
                "cancel_url": order.cancel_url,
            },
            salt=SALT,
        )
        url = f"{settings.PUBLIC_URL}/api/fake-gateway/{token}"
        return Created(external_id=external_id, url=url)

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """``t=<seconds>,v1=<signature of seconds, dot and body>``."""
        parts = dict(
            part.split("=", 1) for part in headers.get(HEADER, "").split(",") if "=" in part
        )
        stamp = parts.get("t", "")
        if not constant_time_compare(parts.get("v1", ""), signature(body, stamp)):
            raise SignatureInvalid
        refuse_other_times(instant(stamp))
        data = readable(body)
        event_id, kind = word(data.get("id")), word(data.get("type"), 100)
        if not event_id or not kind:
            raise EventUnreadable
        currency = word(data.get("currency"))
        return Event(
            event_id=event_id,
            kind=kind,
            body=data,
            outcome=OUTCOMES.get(kind, "other"),
            external_id=word(data.get("payment")),
            amount=from_minor(data.get("amount"), currency),
            currency=currency,
            transaction_id=word(data.get("transaction"), 100),
            paid_at=instant(data.get("created")),
            failure="" if kind == "payment.paid" else "The payment was declined.",
        )


def page_of(token: str) -> dict[str, Any] | None:
    """What the page of an order shows; None for an address that we did not make or whose time is over."""
    try:
        data: dict[str, Any] = signing.loads(token, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    amount = from_minor(data["amount"], data["currency"]) or ZERO
    return {**data, "shown": format_money(amount, data["currency"])}


def signed_event(page: Mapping[str, Any], kind: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of what the gateway tells after a button was pressed; the same button tells the same event."""
    now = int(clock.now().timestamp())
    body = orjson.dumps(
        {
            "id": f"evt_{page['id']}_{kind.rpartition('.')[2]}",
            "type": kind,
            "created": now,
            "payment": page["id"],
            "transaction": f"txn_{page['id']}",
            "amount": page["amount"],
            "currency": page["currency"],
        }
    )
    return body, {HEADER: f"t={now},v1={signature(body, str(now))}"}


def signature(body: bytes, stamp: str) -> str:
    """Of a body at a time, with a key that is made from the platform's own."""
    key = salted_hmac(SALT, "webhooks", algorithm="sha256").digest()
    return hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
