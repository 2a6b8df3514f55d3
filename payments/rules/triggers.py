"""When a line of a schedule falls due, and why it may have to wait (R2, R7.3, R7.6)."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from payments.enums import Skip, Trigger
from realestate.core.money import ZERO

DATED = frozenset({Trigger.DAYS_AFTER_BOOKING, Trigger.MONTHS_AFTER_BOOKING, Trigger.FIXED_DATE})


@dataclass(frozen=True, kw_only=True)
class Happened:
    """How far a booking is, and the day from which its plan counts."""

    booked_on: date
    confirmed: bool = False
    signed: bool = False
    offered: bool = False


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A live schedule line that nobody has demanded yet."""

    line: int
    sequence: int
    amount: Decimal
    trigger: Trigger
    offset: int | None = None
    fixed_on: date | None = None
    certified_on: date | None = None  # the day its milestone's certification was recorded
    agreed_on: date | None = None  # the day from which it is in the schedule
    in_consideration: bool = True


@dataclass(frozen=True, kw_only=True)
class Due:
    """A line to be demanded: from when, due when if that is agreed, and what keeps it back, if anything does."""

    line: int
    triggered_on: date
    due_on: date | None = None  # None: some days after its issue, like any demand (R7.4)
    skip: Skip | None = None


def add_months(day: date, months: int) -> date:
    """R0: the same day of a later month, or that month's last; always counted from the anchor."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def triggered_on(line: Waiting, happened: Happened, on: date) -> date | None:
    """The day on which a line's trigger happened or will happen; None when nobody can say yet (R2).

    A trigger that follows from the booking's state counts from the day that is asked for.
    """
    match line.trigger:
        case Trigger.ON_BOOKING:
            return on if happened.confirmed else None
        case Trigger.ON_AGREEMENT:
            return on if happened.signed else None
        case Trigger.DAYS_AFTER_BOOKING:
            return happened.booked_on + timedelta(days=line.offset or 0)
        case Trigger.MONTHS_AFTER_BOOKING:
            return add_months(happened.booked_on, line.offset or 0)
        case Trigger.FIXED_DATE:
            return line.fixed_on
        case Trigger.MILESTONE:
            return line.certified_on
        case _:
            return on if happened.offered else None


def issued_on(line: Waiting, happened: Happened, on: date, lead_days: int = 0) -> date | None:
    """The day from which a line is demanded: a line with a date ``lead_days`` before it (R7.7).

    Never before the line was agreed on: nobody owes for a time when nothing was asked.
    """
    day = triggered_on(line, happened, on)
    if day is None:
        return None
    if line.trigger in DATED:
        day -= timedelta(days=lead_days)
    return max(day, line.agreed_on or day)


def due_lines(
    lines: Iterable[Waiting],
    happened: Happened,
    on: date,
    *,
    room: Decimal | None,
    lead_days: int = 0,
) -> list[Due]:
    """Lines that are to be demanded by a day, in the order of the schedule, each with what keeps it back.

    One that is demanded ahead of its date is due on that date (R7.7), all others like any demand.

    A milestone line waits for earlier milestone lines of the booking (``out_of_order``). ``room`` is what may still be
    demanded of the consideration before the agreement is signed (R6), None when there is no cap any more: a line that
    does not fit as a whole waits (``awaiting_agreement``), and so do those after it.
    """
    found: list[Due] = []
    earlier_waits, full = False, False
    left = room
    for line in sorted(lines, key=lambda each: each.sequence):
        day = issued_on(line, happened, on, lead_days)
        if day is None or day > on:
            earlier_waits = earlier_waits or line.trigger == Trigger.MILESTONE
            continue
        skip = Skip.OUT_OF_ORDER if earlier_waits and line.trigger == Trigger.MILESTONE else None
        counted = line.amount if line.in_consideration else ZERO
        if skip is None and left is not None and (full or counted > left):
            skip, full = Skip.AWAITING_AGREEMENT, True
        if skip is None and left is not None:
            left -= counted
        if skip is not None and line.trigger == Trigger.MILESTONE:
            earlier_waits = True
        found.append(
            Due(line=line.line, triggered_on=day, due_on=_own_day(line, happened, on), skip=skip)
        )
    return found


def _own_day(line: Waiting, happened: Happened, on: date) -> date | None:
    """The date of a line that is demanded ahead of it; what is late has no date of its own any more."""
    day = triggered_on(line, happened, on) if line.trigger in DATED else None
    return day if day is not None and day > on else None
