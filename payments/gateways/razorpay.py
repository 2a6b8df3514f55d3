"""Razorpay: Payment Links, through its own library; signed webhooks."""

import hashlib
import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import razorpay
import requests
from django.conf import settings

from payments.enums import Gateway
from payments.gateways.base import (
    TIMEOUT,
    Adapter,
    Created,
    Event,
    EventUnreadable,
    GatewayUnavailable,
    Guarded,
    Order,
    SignatureInvalid,
    from_minor,
    inside,
    instant,
    page_url,
    readable,
    refuse_in_transaction,
    refuse_other_times,
    to_minor,
    word,
)

log = logging.getLogger(__name__)
HEADER, EVENT_ID = "X-Razorpay-Signature", "X-Razorpay-Event-Id"
REFUSALS = (
    razorpay.errors.BadRequestError,
    razorpay.errors.GatewayError,
    razorpay.errors.ServerError,
    requests.RequestException,
    KeyError,
    TypeError,
    ValueError,
)
PAID = {"payment_link.paid", "payment.captured"}
FAILED = {
    "payment.failed": "The payment failed.",
    "payment_link.expired": "The time to pay is over.",
    "payment_link.cancelled": "The payment was called off.",
}
# A failed delivery is tried again for a day with the same bytes, and these carry the only time that is signed.
OLDEST = timedelta(days=2)
LINK_OF_PAYMENT = re.compile(r"#(\w+)")  # a payment names its link so, in its description


class Razorpay(Adapter):
    """https://razorpay.com/docs/payments/payment-links."""

    name = Gateway.RAZORPAY
    currencies = frozenset({"INR"})  # others need an agreement with Razorpay

    @property
    def is_offered(self) -> bool:
        """With its keys, and with the secret without which we would not hear of the money."""
        return bool(settings.RAZORPAY_KEY_ID and settings.RAZORPAY_KEY_SECRET) and self.is_heard

    @property
    def is_heard(self) -> bool:
        """With the secret of its webhooks."""
        return bool(settings.RAZORPAY_WEBHOOK_SECRETS)

    def begin(self, order: Order) -> Created:
        """A Payment Link that is paid in full or not at all; Razorpay writes to nobody, and knows no page to cancel."""
        refuse_in_transaction()
        wanted = {
            "amount": to_minor(order.amount, order.currency),
            "currency": order.currency,
            "accept_partial": False,
            "reference_id": order.reference,
            "description": order.description,
            "notes": {"checkout": order.reference},
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
            "callback_url": order.success_url,
            "callback_method": "get",
        }
        with Guarded() as session:
            try:
                made = self._client(session).payment_link.create(wanted, timeout=TIMEOUT)
                url = page_url(made["short_url"], below=settings.RAZORPAY_API_URL)
                return Created(external_id=str(made["id"]), url=url)
            except REFUSALS as error:
                log.warning("Razorpay made no link for %s: %s", order.reference, error)
                raise GatewayUnavailable from error

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """Only the body is signed: its own time is checked, and without an id of the event its digest is one."""
        header = headers.get(HEADER, "")
        if not any(
            _is_signed(body, header, secret) for secret in settings.RAZORPAY_WEBHOOK_SECRETS
        ):
            raise SignatureInvalid
        data = readable(body)
        refuse_other_times(instant(data.get("created_at")), past=OLDEST)
        kind = word(data.get("event"), 100)
        if not kind:
            raise EventUnreadable
        event_id = headers.get(EVENT_ID, "")[:200] or hashlib.sha256(body).hexdigest()
        payment = inside(data, "payload", "payment", "entity")
        currency = word(inside(payment, "currency")).upper()
        return Event(
            event_id=event_id,
            kind=kind,
            body=data,
            outcome="succeeded" if kind in PAID else "failed" if kind in FAILED else "other",
            external_id=_link_of(data, payment),
            amount=from_minor(inside(payment, "amount"), currency),
            currency=currency,
            transaction_id=word(inside(payment, "id"), 100),
            paid_at=instant(inside(payment, "created_at")),
            failure=word(inside(payment, "error_description"), 300) or FAILED.get(kind, ""),
        )

    def _client(self, session: Guarded) -> Any:  # the library has no types
        return razorpay.Client(
            session=session,
            auth=(settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET),
            base_url=settings.RAZORPAY_API_URL,
        )


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        text = body.decode()
        return bool(razorpay.Utility().verify_webhook_signature(text, header, secret))
    except (razorpay.errors.SignatureVerificationError, UnicodeDecodeError, TypeError):
        return False


def _link_of(data: Mapping[str, Any], payment: object) -> str:
    """The id of the Payment Link that an event is about; events of payments name it in another way."""
    named = word(inside(data, "payload", "payment_link", "entity", "id"))
    if named:
        return named
    found = LINK_OF_PAYMENT.fullmatch(word(inside(payment, "description")))
    return f"plink_{found[1]}" if found else ""
