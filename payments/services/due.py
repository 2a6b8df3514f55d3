"""Demanding what has fallen due: at confirmation and signature, on dates, and when milestones are certified (R7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum

from accounts.models import User
from bookings.models import Booking
from payments.enums import DemandKind, Skip
from payments.events import StageKeptBack
from payments.models import Demand, DemandLine, ScheduleLine, ScheduleRevision
from payments.rules.cap import cap
from payments.rules.triggers import DATED, Due, due_lines
from payments.services.booked import lock_any
from payments.services.demands import Wanted, raise_demand
from payments.services.replay import replay
from payments.services.schedules import make_schedule
from payments.services.terms import terms_of
from payments.services.triggers import (
    DEMANDABLE,
    UNSIGNED,
    certified_on,
    happened_to,
    waiting_from,
)
from progress.enums import MilestoneState
from progress.models import Milestone
from projects.enums import TaxClass
from realestate.core import clock
from realestate.core.events import publish
from realestate.core.money import ZERO
from realestate.core.transactions import service


@dataclass(frozen=True, kw_only=True)
class Raised:
    """What became of a booking's lines: the demands that were raised, and the lines that were kept back."""

    booking_id: int
    demands: tuple[Demand, ...]
    skipped: tuple[tuple[ScheduleLine, Skip], ...]

    @property
    def demand(self) -> Demand | None:
        """The first: of what is due after the usual time, before what is due on dates of its own."""
        return self.demands[0] if self.demands else None


def waiting_lines(booking: Booking) -> QuerySet[ScheduleLine]:
    """Live schedule lines that no demand has asked for, in the order of the schedule."""
    demanded = DemandLine.objects.filter(schedule_line=OuterRef("pk"))
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None, amount__gt=0)
    return (
        rows.exclude(Exists(demanded))
        .select_related("milestone", "revision")
        .order_by("sequence", "pk")
    )


def raise_due(actor: User | None, booking: Booking, on: date) -> Raised:
    """One demand for every line whose trigger has happened by a day (R7.3, R7.6), within the caller's service.

    Lines that are due on a date to come have a demand of their own (R7.7). The booking is locked. A line is demanded
    once, so that a repeated run is harmless; lines that must wait are said.
    """
    rows = list(waiting_lines(booking))
    dues = _dues(booking, rows, on)
    by_key = {row.pk: row for row in rows}
    ready: dict[date | None, list[ScheduleLine]] = {}
    for due in dues:
        if due.skip is None:
            ready.setdefault(due.due_on, []).append(by_key[due.line])
    demands = tuple(
        _demand_for(actor, booking, ready[day], on, due_on=day)
        for day in sorted(ready, key=lambda day: day or date.min)
    )
    if demands:
        replay(actor, booking)
    kept = tuple((by_key[due.line], due.skip) for due in dues if due.skip is not None)
    return Raised(booking_id=booking.pk, demands=demands, skipped=kept)


def _demand_for(
    actor: User | None, booking: Booking, rows: list[ScheduleLine], on: date, *, due_on: date | None
) -> Demand:
    addenda = all(row.change_quote_id for row in rows)
    return raise_demand(
        actor=actor,
        booking=booking,
        kind=DemandKind.CHANGE if addenda else DemandKind.SCHEDULE,
        lines=[_wanted(booking, row) for row in rows],
        issued_on=on,
        due_on=due_on,
    )


def _wanted(booking: Booking, row: ScheduleLine) -> Wanted:
    return Wanted(
        label=row.label,
        principal=row.amount,
        tax_class=TaxClass(row.tax_class or booking.tax_class),
        schedule_line=row,
        in_consideration=row.change_quote_id is None and not row.is_extra,
    )


def _dues(booking: Booking, rows: Iterable[ScheduleLine], on: date) -> list[Due]:
    lines = [waiting_from(row, booking.project.time_zone) for row in rows]
    return due_lines(
        lines,
        happened_to(booking),
        on,
        room=_room(booking),
        lead_days=terms_of(booking).lead_days,
    )


def _room(booking: Booking) -> Decimal | None:
    """R6: how much of the consideration may still be demanded before the agreement is signed; None: all of it."""
    percent = terms_of(booking).cap_percent
    if booking.state not in UNSIGNED or percent is None:
        return None
    rows = DemandLine.objects.filter(
        demand__booking=booking, schedule_line__isnull=False, in_consideration=True
    )
    current = rows.filter(schedule_line__retired_in=None)  # without what a correction took back
    asked = current.aggregate(asked=Sum("principal", default=ZERO))["asked"]
    return cap(booking.agreement_value or ZERO, percent, booking.currency) - Decimal(asked)


def bookings_waiting_for(milestone: Milestone) -> QuerySet[Any]:
    """Bookings with an undemanded line on a milestone, firm enough to be asked (R7.3); ``agreed_at``: since when."""
    demanded = DemandLine.objects.filter(schedule_line=OuterRef("pk"))
    lines = ScheduleLine.objects.filter(
        booking=OuterRef("pk"), milestone=milestone, retired_in=None, amount__gt=0
    ).exclude(Exists(demanded))
    rows = Booking.objects.filter(Exists(lines), state__in=DEMANDABLE).order_by("pk")
    latest = lines.order_by("-revision__created_at").values("revision__created_at")[:1]
    return rows.annotate(agreed_at=Subquery(latest))


@service
def raise_booking_demands(*, booking_id: int, on: date) -> Raised:
    """Demand what has fallen due for one booking by a day, in a transaction of its own; idempotent (R7.3).

    A booking that is not firm any more is left alone.
    """
    booking = lock_any(booking_id)
    if booking.state not in DEMANDABLE:
        return Raised(booking_id=booking_id, demands=(), skipped=())
    return raise_due(None, booking, on)


def raise_milestone_demands(*, milestone_id: int) -> list[Raised]:
    """After a certification: a demand for each booking that waits for the stage, each in its own transaction (R7.3).

    Issued on the day on which the certification was recorded, however late this runs, but not before the line was
    agreed on. A repeated run is harmless. Buyers of whom nothing is demanded yet are then told so.
    """
    milestone = Milestone.objects.select_related("project").get(pk=milestone_id)
    if milestone.state != MilestoneState.CERTIFIED:
        return []
    zone = milestone.project.time_zone
    on = certified_on(milestone, zone) or clock.today()
    agreed = dict(bookings_waiting_for(milestone).values_list("pk", "agreed_at"))
    raised = [
        raise_booking_demands(booking_id=pk, on=max(on, clock.local(at, zone).date()))
        for pk, at in agreed.items()
    ]
    for customer_id, waiting in _kept_back(milestone, raised).items():
        say_what_waits(milestone_id=milestone_id, customer_id=customer_id, waiting=waiting)
    return raised


@service
def say_what_waits(
    *, milestone_id: int, customer_id: int, waiting: tuple[tuple[int, str], ...]
) -> None:
    """Tell what became of a certified stage that is not demanded of a buyer yet, booking by booking (R7.3, R7.6)."""
    publish(StageKeptBack(milestone_id=milestone_id, customer_id=customer_id, waiting=waiting))


def _kept_back(
    milestone: Milestone, raised: Iterable[Raised]
) -> dict[int, tuple[tuple[int, str], ...]]:
    """Customer -> its bookings that wait, and why; without those of which a part of the stage was demanded."""
    why: dict[int, str] = {}
    for each in raised:
        for line, skip in each.skipped:
            if line.milestone_id == milestone.pk:
                why.setdefault(each.booking_id, skip.value)
    asked = DemandLine.objects.filter(
        demand__booking=OuterRef("pk"), schedule_line__milestone=milestone
    )
    rows = Booking.objects.filter(~Exists(asked), pk__in=why).order_by("pk")
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for pk, customer_id in rows.values_list("pk", "customer"):
        found[customer_id] = (*found.get(customer_id, ()), (pk, why[pk]))
    return found


def raise_dated_demands() -> int:
    """Demand lines whose date is near enough (R7.7), each issued on its day, however late this runs; says how many."""
    demanded = DemandLine.objects.filter(schedule_line=OuterRef("pk"))
    lines = ScheduleLine.objects.filter(
        booking=OuterRef("pk"), trigger__in=DATED, retired_in=None, amount__gt=0
    ).exclude(Exists(demanded))
    keys = Booking.objects.filter(Exists(lines), state__in=DEMANDABLE).order_by("pk")
    return sum(_raise_by_date(pk) for pk in keys.values_list("pk", flat=True))


def _raise_by_date(booking_id: int) -> int:
    booking = Booking.objects.select_related("project").get(pk=booking_id)
    today = clock.today(booking.project.time_zone)
    dues = _dues(booking, waiting_lines(booking), today)
    days = sorted({due.triggered_on for due in dues if due.skip is None})
    return sum(len(raise_booking_demands(booking_id=booking_id, on=day).demands) for day in days)


@service
def start_plan(*, booking_id: int) -> Raised:
    """R5.5: freeze the schedule at confirmation and demand what has happened already, as far as the cap allows (R7.6).

    Raises PlanNotApplicable (422), which undoes the confirmation.
    """
    booking = lock_any(booking_id)
    make_schedule(actor=None, booking=booking)
    return raise_due(None, booking, clock.today(booking.project.time_zone))


def bookings_without_schedule(booking_id: int | None = None) -> list[int]:
    """Firm bookings that have no schedule, all or one of them: confirmed before there were schedules. Reading only."""
    revisions = ScheduleRevision.objects.filter(booking=OuterRef("pk"))
    rows = Booking.objects.filter(~Exists(revisions), state__in=DEMANDABLE)
    if booking_id is not None:
        rows = rows.filter(pk=booking_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))
