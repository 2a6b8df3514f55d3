"""What was paid and what is open, per booking; lent to bookings in ``apps`` (section 3 of the architecture)."""

from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least, Round

from payments.models import Demand, Payment, ScheduleRevision
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
    """``Booking.next_payment_amount``: what is open of the oldest open demand; null when nothing is asked for.

    Until a booking has a payment plan: the rest of the token, then the rest of the price.
    """
    paid = paid_amount()
    return Case(
        When(Exists(_plan()), then=Subquery(_oldest_open().values("open_amount")[:1])),
        When(token_amount__gt=paid, then=F("token_amount") - paid),
        When(total_amount__gt=paid, then=F("total_amount") - paid),
        output_field=MONEY,
    )


def next_payment_due() -> Combinable:
    """``Booking.next_payment_due``: when the oldest open demand is due; null when nothing is asked for.

    Until a booking has a payment plan: the day the hold ends, then the day of registration.
    """
    paid = paid_amount()
    return Case(
        When(Exists(_plan()), then=Subquery(_oldest_open().values("due_on")[:1])),
        When(token_amount__gt=paid, then=Cast(_in_project_zone("claim__expires_at"), DateField())),
        When(total_amount__gt=paid, then=F("expected_registration_date")),
        output_field=DateField(),
    )


def _plan() -> QuerySet[ScheduleRevision]:
    return ScheduleRevision.objects.filter(booking=OuterRef("pk"))


def _oldest_open() -> QuerySet[Any]:
    mine = Demand.objects.filter(booking=OuterRef("pk")).with_open()
    return mine.open().order_by("due_on", "pk")


def _in_project_zone(instant: str) -> Combinable:
    return Func("project__time_zone", instant, function="timezone", output_field=DateTimeField())


def _total() -> Combinable:
    return Coalesce(F("total_amount"), Value(ZERO), output_field=MONEY)
