"""What is to be demanded of bookings by a day, decided in memory from what their schedules still wait for (R7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from bookings.models import Booking
from payments.enums import DemandKind, Skip
from payments.models import DemandLine, ScheduleLine, Terms
from payments.rules.cap import cap
from payments.rules.triggers import Due, due_lines
from payments.services.demands import Asked, Wanted
from payments.services.triggers import UNSIGNED, happened_to, waiting_from
from projects.enums import TaxClass
from realestate.core.money import ZERO


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is demanded of a booking on a day, and the lines that are kept back."""

    booking: Booking
    asked: tuple[Asked, ...]
    kept: tuple[tuple[ScheduleLine, Skip], ...]


@dataclass
class Outlook:
    """A booking, what it still waits for, and how much of the price may be demanded yet; a plan takes its part."""

    booking: Booking
    terms: Terms
    lines: list[ScheduleLine]
    room: Decimal | None  # R6; None: all of it

    def days(self, today: date) -> list[date]:
        """The days, up to today, on which lines that need not wait fell due."""
        dues = self._dues(today)
        return sorted({due.triggered_on for due in dues if due.skip is None})

    def plan(self, on: date) -> Plan:
        """One demand for every line whose trigger has happened by a day (R7.3, R7.6).

        Lines that are due on a date to come have a demand of their own (R7.7). What is asked for is not waited for
        any more.
        """
        by_key = {row.pk: row for row in self.lines}
        dues = self._dues(on)
        ready: dict[date | None, list[ScheduleLine]] = {}
        for due in dues:
            if due.skip is None:
                ready.setdefault(due.due_on, []).append(by_key.pop(due.line))
        asked = tuple(
            self._asked(ready[day], on, due_on=day)
            for day in sorted(ready, key=lambda day: day or date.min)
        )
        self.lines = list(by_key.values())
        if self.room is not None:
            self.room -= sum(
                (w.principal for each in asked for w in each.lines if w.in_consideration), ZERO
            )
        kept = tuple((by_key[due.line], due.skip) for due in dues if due.skip is not None)
        return Plan(booking=self.booking, asked=asked, kept=kept)

    def _dues(self, on: date) -> list[Due]:
        return due_lines(
            [waiting_from(row, self.booking.project.time_zone) for row in self.lines],
            happened_to(self.booking),
            on,
            room=self.room,
            lead_days=self.terms.lead_days,
        )

    def _asked(self, rows: Sequence[ScheduleLine], on: date, *, due_on: date | None) -> Asked:
        addenda = all(row.change_quote_id for row in rows)
        return Asked(
            booking=self.booking,
            kind=DemandKind.CHANGE if addenda else DemandKind.SCHEDULE,
            lines=[_wanted(self.booking, row) for row in rows],
            issued_on=on,
            due_on=due_on,
        )


def waiting_lines(*keys: int) -> QuerySet[ScheduleLine]:
    """Live schedule lines of bookings that no demand has asked for, in the order of the schedule."""
    demanded = DemandLine.objects.filter(schedule_line=OuterRef("pk"))
    rows = ScheduleLine.objects.filter(booking__in=keys, retired_in=None, amount__gt=0)
    return (
        rows.exclude(Exists(demanded))
        .select_related("milestone", "revision")
        .order_by("sequence", "pk")
    )


def outlooks(bookings: Iterable[Booking], terms: Mapping[int, Terms]) -> list[Outlook]:
    """What bookings wait for, in their order, from two statements; within the caller's service, with them locked."""
    by_key = {booking.pk: booking for booking in bookings}
    lines: dict[int, list[ScheduleLine]] = defaultdict(list)
    for row in waiting_lines(*by_key):
        lines[row.booking_id].append(row)
    rooms = _rooms(by_key.values(), terms)
    return [
        Outlook(booking=booking, terms=terms[key], lines=lines[key], room=rooms.get(key))
        for key, booking in by_key.items()
    ]


def _rooms(bookings: Iterable[Booking], terms: Mapping[int, Terms]) -> dict[int, Decimal]:
    """R6: how much of the consideration may still be demanded where the agreement is not signed and a cap holds."""
    limits = {
        booking.pk: cap(booking.agreement_value or ZERO, percent, booking.currency)
        for booking in bookings
        if booking.state in UNSIGNED and (percent := terms[booking.pk].cap_percent) is not None
    }
    if not limits:
        return {}
    rows = DemandLine.objects.filter(
        demand__booking__in=limits, schedule_line__isnull=False, in_consideration=True
    )
    current = rows.filter(schedule_line__retired_in=None)  # without what a correction took back
    sums = current.order_by().values_list("demand__booking").annotate(asked=Sum("principal"))
    asked = dict(sums)
    return {key: limit - asked.get(key, ZERO) for key, limit in limits.items()}


def _wanted(booking: Booking, row: ScheduleLine) -> Wanted:
    return Wanted(
        label=row.label,
        principal=row.amount,
        tax_class=TaxClass(row.tax_class or booking.tax_class),
        schedule_line=row,
        in_consideration=row.change_quote_id is None and not row.is_extra,
    )
