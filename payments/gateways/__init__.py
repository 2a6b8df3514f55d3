"""Payment gateways: which there are, and which one a customer is sent to."""

from payments.gateways.base import (
    Adapter,
    Created,
    Event,
    EventUnreadable,
    GatewayNotAvailable,
    GatewayUnavailable,
    Order,
    SignatureInvalid,
)
from payments.gateways.fake import Fake
from payments.gateways.razorpay import Razorpay
from payments.gateways.stripe import Stripe

__all__ = [
    "Adapter",
    "Created",
    "Event",
    "EventUnreadable",
    "GatewayNotAvailable",
    "GatewayUnavailable",
    "Order",
    "SignatureInvalid",
    "choose",
    "heard",
]

ADAPTERS: tuple[Adapter, ...] = (Razorpay(), Stripe(), Fake())  # the first that fits is taken


def choose(name: str | None, currency: str) -> Adapter:
    """The gateway that was named, or else the first that takes the currency.

    Raises GatewayNotAvailable (422) when it has no keys or does not take the currency.
    """
    for adapter in ADAPTERS:
        fits = adapter.is_offered and currency in adapter.currencies
        if fits and name in {None, adapter.name}:
            return adapter
    raise GatewayNotAvailable


def heard(name: str) -> Adapter | None:
    """The gateway of that name, if its events can be verified."""
    return next((each for each in ADAPTERS if each.name == name and each.is_heard), None)
