"""Stripe: Checkout Sessions, through its own library; signed webhooks."""

import logging
from collections.abc import Mapping
from typing import Any

import stripe
from django.conf import settings

from payments.enums import Gateway
from payments.gateways.base import (
    TIMEOUT,
    TOLERANCE,
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
HEADER = "Stripe-Signature"
PAID = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
FAILED = {
    "checkout.session.async_payment_failed": "The payment failed.",
    "checkout.session.expired": "The time to pay is over.",
}


class Stripe(Adapter):
    """https://docs.stripe.com/payments/checkout."""

    name = Gateway.STRIPE

    @property
    def is_offered(self) -> bool:
        """With its key, and with the secret without which we would not hear of the money."""
        return bool(settings.STRIPE_SECRET_KEY) and self.is_heard

    @property
    def is_heard(self) -> bool:
        """With the secret of its webhooks."""
        return bool(settings.STRIPE_WEBHOOK_SECRETS)

    def begin(self, order: Order) -> Created:
        """A Checkout Session; asked twice for one reference it answers with the same one."""
        refuse_in_transaction()
        price: Any = {
            "currency": order.currency.lower(),
            "unit_amount": to_minor(order.amount, order.currency),
            "product_data": {"name": order.description},
        }
        with Guarded() as session:
            try:
                made = self._client(session).v1.checkout.sessions.create(
                    {
                        "mode": "payment",
                        "line_items": [{"quantity": 1, "price_data": price}],
                        "client_reference_id": order.reference,
                        "metadata": {"checkout": order.reference},
                        "success_url": order.success_url,
                        "cancel_url": order.cancel_url,
                    },
                    {"idempotency_key": order.reference},
                )
                url = page_url(made.url, below=settings.STRIPE_API_URL)
                return Created(external_id=made.id, url=url)
            except (stripe.StripeError, AttributeError, ValueError) as error:
                log.warning("Stripe made no session for %s: %s", order.reference, error)
                raise GatewayUnavailable from error

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """The library checks signature and age; that the time is not still to come is ours to check."""
        header = headers.get(HEADER, "")
        if not any(_is_signed(body, header, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
            raise SignatureInvalid
        stamp = next(part for part in header.split(",") if part.startswith("t="))
        refuse_other_times(instant(stamp.removeprefix("t=")))
        data = readable(body)
        event_id, kind = word(data.get("id")), word(data.get("type"), 100)
        if not event_id or not kind:
            raise EventUnreadable
        session = inside(data, "data", "object")
        if not kind.startswith("checkout.session."):
            return Event(event_id=event_id, kind=kind, body=data)
        currency = word(inside(session, "currency")).upper()
        return Event(
            event_id=event_id,
            kind=kind,
            body=data,
            outcome=_outcome(kind, inside(session, "payment_status")),
            external_id=word(inside(session, "id")),
            amount=from_minor(inside(session, "amount_total"), currency),
            currency=currency,
            transaction_id=word(inside(session, "payment_intent"), 100)
            or word(inside(session, "id"), 100),
            paid_at=instant(data.get("created")),
            failure=FAILED.get(kind, ""),
        )

    def _client(self, session: Guarded) -> stripe.StripeClient:
        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_API_URL},
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=session),
            max_network_retries=0,  # the customer waits; who asks again gets the same session
        )


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(
            stripe.WebhookSignature.verify_header(
                body, header, secret, int(TOLERANCE.total_seconds())
            )
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):
        return False


def _outcome(kind: str, payment_status: object) -> str:
    if kind in PAID:  # completed, but unpaid: a slow way to pay, of which we shall hear again
        return "succeeded" if payment_status == "paid" else "other"
    return "failed" if kind in FAILED else "other"
