"""Demanding what has fallen due: at confirmation and signature, on dates, and when milestones are certified (R7)."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import User
from bookings.models import Booking
from payments.enums import Skip
from payments.events import StageKeptBack
from payments.models import Demand, DemandLine, ScheduleLine, ScheduleRevision, Terms
from payments.rules.triggers import DATED
from payments.services.booked import lock_any, lock_many
from payments.services.demands import Draft, draft_demands, write_demands
from payments.services.planning import Outlook, Plan, outlooks
from payments.services.replay import replay_all
from payments.services.schedules import make_schedule
from payments.services.terms import terms_of_all
from payments.services.triggers import DEMANDABLE, certified_on
from progress.enums import MilestoneState
from progress.models import Milestone
from realestate.core import clock
from realestate.core.events import publish
from realestate.core.setting_cache import one_look
from realestate.core.transactions import service

log = logging.getLogger(__name__)
BATCH = 200  # bookings that are demanded in one transaction, and locked until its end


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


def raise_due(actor: User | None, booking: Booking, on: date) -> Raised:
    """Demand every line whose trigger has happened by a day (R7.3, R7.6), within the caller's service.

    The booking is locked. A line is demanded once, so that a repeated run is harmless; lines that must wait are said.
    """
    return _raise(actor, [booking], {booking.pk: on})[0]


def _raise(
    actor: User | None, bookings: Sequence[Booking], days: Mapping[int, date | None]
) -> list[Raised]:
    """What has fallen due of bookings, all of them in as many statements as one.

    ``days`` names for each the day by which; None: each line on the day on which it fell due, however late it is. Then
    what is asked for first is stored and replayed before what is asked for on a later day; numbers are given in the
    order of the bookings all the same.
    """
    terms = terms_of_all(bookings)
    plans = [_plans(each, days[each.booking.pk]) for each in outlooks(bookings, terms)]
    asked = [each for of_booking in plans for plan in of_booking for each in plan.asked]
    drafts = iter(draft_demands(actor, asked, terms))
    ready = [[(plan, [next(drafts) for _ in plan.asked]) for plan in each] for each in plans]
    for turn in zip_longest(*ready):
        _carry_out(actor, [each for each in turn if each is not None], terms)
    return [
        Raised(
            booking_id=plan.booking.pk,
            demands=tuple(draft.demand for draft in drafted),
            skipped=plan.kept,
        )
        for of_booking in ready
        for plan, drafted in of_booking
    ]


def _plans(outlook: Outlook, on: date | None) -> list[Plan]:
    if on is not None:
        return [outlook.plan(on)]
    today = clock.today(outlook.booking.project.time_zone)
    return [outlook.plan(day) for day in outlook.days(today)]


def _carry_out(
    actor: User | None, turn: Sequence[tuple[Plan, list[Draft]]], terms: Mapping[int, Terms]
) -> None:
    """Store what at most one plan of each booking asks for, and replay the accounts of those that are asked."""
    drafts = [draft for _, drafted in turn for draft in drafted]
    if drafts:
        write_demands(actor, drafts)
        replay_all(actor, [plan.booking for plan, drafted in turn if drafted], terms)


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
def raise_demands_of(*, days: Mapping[int, date | None]) -> list[Raised]:
    """Demand what has fallen due of bookings, by key, in one transaction; idempotent (R7.3).

    ``days`` names the day by which; None: each line on the day on which it fell due, however late it is (R7.7).
    Bookings that are not firm any more are left alone.
    """
    with one_look():
        bookings = [booking for booking in lock_many(days) if booking.state in DEMANDABLE]
        return _raise(None, bookings, days)


def _raise_in_batches(days: Mapping[int, date | None]) -> list[Raised]:
    """The same for any number of bookings, ``BATCH`` in each transaction.

    One that fails stops no other: its batch is then taken booking by booking. Raises its error at the end, so that the
    job is seen to fail and comes again.
    """
    found: list[Raised] = []
    errors: list[Exception] = []
    keys = sorted(days)
    for start in range(0, len(keys), BATCH):
        batch = {key: days[key] for key in keys[start : start + BATCH]}
        try:
            found += raise_demands_of(days=batch)
        except Exception:
            log.exception("a batch of %s bookings is demanded one by one", len(batch))
            found += _one_by_one(batch, errors)
    if errors:
        raise errors[0]
    return found


def _one_by_one(days: Mapping[int, date | None], errors: list[Exception]) -> list[Raised]:
    found: list[Raised] = []
    for key, on in days.items():
        try:
            found += raise_demands_of(days={key: on})
        except Exception as error:
            log.exception("what has fallen due of booking %s could not be demanded", key)
            errors.append(error)
    return found


def raise_milestone_demands(*, milestone_id: int) -> list[Raised]:
    """After a certification: a demand for each booking that waits for the stage, many in a transaction (R7.3).

    Issued on the day on which the certification was recorded, however late this runs, but not before the line was
    agreed on. A repeated run is harmless. Buyers of whom nothing is demanded yet are then told so.
    """
    milestone = Milestone.objects.select_related("project").get(pk=milestone_id)
    if milestone.state != MilestoneState.CERTIFIED:
        return []
    zone = milestone.project.time_zone
    on = certified_on(milestone, zone) or clock.today()
    agreed = dict(bookings_waiting_for(milestone).values_list("pk", "agreed_at"))
    raised = _raise_in_batches(
        {pk: max(on, clock.local(at, zone).date()) for pk, at in agreed.items()}
    )
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
    keys = Booking.objects.filter(Exists(lines), state__in=DEMANDABLE).values_list("pk", flat=True)
    return sum(len(raised.demands) for raised in _raise_in_batches(dict.fromkeys(keys)))


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
