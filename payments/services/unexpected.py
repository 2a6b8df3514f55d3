"""Money from a gateway that nobody asked for so: what is odd about it, and that people hear of it once (R5, R6)."""

from decimal import Decimal
from typing import Any

from payments.enums import PaymentMethod, Surprise
from payments.events import UnexpectedPayment
from payments.models import Checkout, Payment, Refund
from payments.services.checkouts import open_amount
from payments.services.receipts import TOO_MUCH
from realestate.core import audit
from realestate.core.events import publish
from realestate.core.money import ZERO, has_minor_precision

WHAT_BECOMES = {
    Surprise.BOOKING_OVER: "For a booking that is over: to be returned.",
    Surprise.NOTHING_OPEN: "The demand was paid meanwhile: kept as an advance.",
}


def known_payment(checkout: Checkout, transaction_id: str) -> Payment | None:
    """The receipt of this transaction, if there is one; a checkout that is named only by its own id has one payment."""
    own = checkout.payment
    if own is not None and checkout.external_id in {transaction_id, own.transaction_id}:
        return own
    rows = Payment.objects.filter(
        booking=checkout.booking_id,
        payment_method=PaymentMethod.ONLINE,
        transaction_id=transaction_id,
    )
    return rows.first()


def is_bookable(
    checkout: Checkout, amount: Decimal | None, currency: str, transaction_id: str
) -> bool:
    """Whether a receipt can say what was paid: an amount of the booking's currency, and of which transaction."""
    if amount is None or currency != checkout.currency or not transaction_id:
        return False
    return ZERO < amount < TOO_MUCH and has_minor_precision(amount, currency)


def surprise_before(checkout: Checkout, amount: Decimal) -> Surprise | None:
    """What is odd about a payment that is about to be received, with the booking locked."""
    if checkout.payment is not None:
        return Surprise.PAID_TWICE
    if amount != checkout.amount:
        return Surprise.ANOTHER_AMOUNT
    if checkout.demand is not None and open_amount(checkout.demand) < amount:
        return Surprise.NOTHING_OPEN
    return None


def surprise_after(payment: Payment, before: Surprise | None) -> Surprise | None:
    """The same once it was received: that the booking is over says more than anything else."""
    owed = Refund.objects.filter(payment=payment).exists()
    return Surprise.BOOKING_OVER if owed else before


def say(
    checkout: Checkout,
    *,
    event_id: str,
    surprise: Surprise,
    note: str,
    payment: Payment | None = None,
) -> None:
    """Once for each payment, within the service that received it: into the audit trail, and to people."""
    key = payment.pk if payment else None
    after = {"event": event_id, "payment": key}
    audit.record(audit.SYSTEM, checkout, "needs attention", after=after, reason=note)
    what: dict[str, Any] = {"payment_id": key, "surprise": surprise.value, "note": note}
    publish(UnexpectedPayment(checkout_id=checkout.pk, booking_id=checkout.booking_id, **what))
