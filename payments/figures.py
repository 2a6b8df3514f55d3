"""What was paid and what is open, per booking; lent to bookings in ``apps`` (section 3 of the architecture)."""

from decimal import Decimal

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    Func,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least, Round

from payments.models import Payment
from realestate.core.money import ZERO

MONEY = DecimalField(max_digits=17, decimal_places=2)
PERCENT = DecimalField(max_digits=5, decimal_places=2)


def paid_amount() -> Combinable:
    """``Booking.paid_amount``: completed payments except maintenance and penalty (contract 0.8)."""
    mine = Payment.objects.counted().filter(booking=OuterRef("pk")).order_by().values("booking")
    return Coalesce(
        Subquery(mine.annotate(paid=Sum("amount")).values("paid")), Value(ZERO), output_field=MONEY
    )


def pending_amount() -> Combinable:
    """``Booking.pending_amount``: what is still open of the total; never below zero."""
    return Greatest(_total() - paid_amount(), Value(ZERO), output_field=MONEY)


def payment_progress() -> Combinable:
    """``Booking.payment_progress``: paid, in percent of the total, 0 to 100, 2 decimals, never null."""
    share = Round(paid_amount() * Value(Decimal(100)) / _total(), precision=2)
    return Case(
        When(total_amount__gt=0, then=Least(share, Value(Decimal(100)), output_field=PERCENT)),
        default=Value(Decimal(0)),
        output_field=PERCENT,
    )


def next_payment_amount() -> Combinable:
    """``Booking.next_payment_amount``: the rest of the token, then the rest of the price; null when all is paid."""
    paid = paid_amount()
    return Case(
        When(token_amount__gt=paid, then=F("token_amount") - paid),
        When(total_amount__gt=paid, then=F("total_amount") - paid),
        output_field=MONEY,
    )


def next_payment_due() -> Combinable:
    """``Booking.next_payment_due``: the day the hold ends, then the day of registration; null when unknown."""
    paid = paid_amount()
    return Case(
        When(token_amount__gt=paid, then=Cast(_in_project_zone("claim__expires_at"), DateField())),
        When(total_amount__gt=paid, then=F("expected_registration_date")),
        output_field=DateField(),
    )


def _in_project_zone(instant: str) -> Combinable:
    return Func("project__time_zone", instant, function="timezone", output_field=DateTimeField())


def _total() -> Combinable:
    return Coalesce(F("total_amount"), Value(ZERO), output_field=MONEY)
