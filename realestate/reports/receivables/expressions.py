"""What is open of a demand line on a day, and when a schedule line will be due: expressions for the database."""

from datetime import date
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
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest

from payments.enums import Trigger
from payments.models import Allocation, DemandLine, ScheduleLine, Terms
from payments.services.triggers import DEMANDABLE

SUM = DecimalField(max_digits=20, decimal_places=2)
NOTHING = Value(Decimal("0.00"))
AGES = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")
BY_MONEY = Q(payment__isnull=False)
DATED = (Trigger.FIXED_DATE, Trigger.DAYS_AFTER_BOOKING, Trigger.MONTHS_AFTER_BOOKING)
IS_DATED = Q(trigger__in=DATED)


class DaysLater(Func):
    """A day and a number of days after it."""

    template, arg_joiner = "(%(expressions)s)", " + "
    output_field = DateField()


class MonthsLater(Func):
    """A day and a number of months after it: the same day of that month, or its last (R0)."""

    template, arg_joiner = "(%(expressions)s))::date", " + make_interval(months => "
    output_field = DateField()


def applied(on: date) -> Combinable:
    """What was applied to a demand line by the end of a day."""
    rows = Allocation.objects.live().filter(demand_line=OuterRef("pk"), applied_on__lte=on)
    summed = rows.order_by().values("demand_line").annotate(summed=Sum("amount")).values("summed")
    return Coalesce(Subquery(summed), NOTHING, output_field=SUM)


def with_open(lines: QuerySet[DemandLine], on: date) -> QuerySet[Any]:
    """Demand lines issued by a day, with ``open_on``: principal and tax less what was applied by then (R10)."""
    issued = lines.filter(demand__issued_on__lte=on).order_by()
    return issued.annotate(open_on=F("principal") + F("tax") - applied(on))


def not_demanded(lines: QuerySet[ScheduleLine], on: date) -> QuerySet[Any]:
    """Live schedule lines of firm bookings that no demand had asked for by a day, with ``due_on`` where it is known.

    It is the line's date where the booking is demanded ahead of it (R7.7), otherwise with the booking's credit days
    (R7.4); and not before ``on``: what is late is still to come.
    """
    asked = DemandLine.objects.filter(schedule_line=OuterRef("pk"), demand__issued_on__lte=on)
    rows = lines.filter(retired_in=None, amount__gt=0, booking__state__in=DEMANDABLE)
    late = Case(When(lead_days=0, then=F("credit_days")), default=Value(0))
    after = Terms.objects.filter(booking=OuterRef("booking")).annotate(after=late).values("after")
    due = Case(
        When(
            IS_DATED,
            then=Greatest(
                DaysLater(_triggered_on(), Coalesce(Subquery(after), 0)),
                Value(on, output_field=DateField()),
            ),
        ),
        output_field=DateField(),
    )
    return rows.exclude(Exists(asked)).order_by().annotate(due_on=due)


def _triggered_on() -> Combinable:
    booked = Cast(
        Func(
            "booking__project__time_zone",
            "booking__booking_date",
            function="timezone",
            output_field=DateTimeField(),
        ),
        DateField(),
    )
    offset = Coalesce(F("offset"), 0)
    return Case(
        When(trigger=Trigger.FIXED_DATE, then=F("fixed_on")),
        When(trigger=Trigger.DAYS_AFTER_BOOKING, then=DaysLater(booked, offset)),
        When(trigger=Trigger.MONTHS_AFTER_BOOKING, then=MonthsLater(booked, offset)),
        output_field=DateField(),
    )
