"""Reminders of what is open: when, of what, and how much (R20).

A ``Reminder`` row says that a buyer was told over a channel. Rungs that passed while nothing ran have no row of their
own: a row of a higher rung says that they are over. Nothing is planned ahead: every hour what is open now is looked at
afresh, so that quiet hours, a pending proof or a worker that stood still delay a reminder and never drop it, and what
was paid in the meantime is not asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, OuterRef, QuerySet, Subquery

from accounts.models import User
from bookings.models import Booking
from bookings.rules import DEAD
from payments.enums import DemandKind, Part, ReceiptState, ReminderChannel
from payments.events import ReminderFellDue
from payments.models import Demand, DemandLine, Payment, Reminder
from payments.rules.reminders import MOST_RUNGS, due_rung, is_paused, is_quiet, ladder_of
from payments.services.booked import lock_any
from payments.services.ledger import standing
from payments.services.replay import posted_net
from payments.services.statements import interest_of
from payments.services.terms import SCOPES
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.money import ZERO
from realestate.core.system_settings import Texts, define
from realestate.core.transactions import service

LADDER = define(
    "payments.reminder_ladder",
    Texts,
    default=Texts(("-7", "0", "1", "7", "15", "30")),
    minimum=1,
    maximum=MOST_RUNGS,
    reads=ladder_of,
    unit="days after the due date",
    scopes=SCOPES,
    help="When buyers are reminded of what is open (R20); negative: before the due date.",
)
QUIET_FROM = define(
    "payments.quiet_from",
    int,
    default=21,
    minimum=0,
    maximum=23,
    unit="hour of the project's day",
    scopes=SCOPES,
    help="From when no reminder is sent (R20).",
)
QUIET_UNTIL = define(
    "payments.quiet_until",
    int,
    default=8,
    minimum=0,
    maximum=23,
    unit="hour of the project's day",
    scopes=SCOPES,
    help="Until when no reminder is sent (R20); the same hour as the beginning: no quiet hours.",
)
PROOF_PAUSE_DAYS = define(
    "payments.proof_pause_days",
    int,
    default=5,
    minimum=0,
    maximum=60,
    unit="days",
    scopes=SCOPES,
    help="How long a proof of payment that waits for an answer stops reminders after the due date (R20).",
)


class RemindedAlready(DomainError):
    """The buyer was reminded of this already."""

    code, status = "reminded_already", 409


class NothingToRemindOf(DomainError):
    """The buyer is reminded of nothing today: it is paid, was said today, or its time has not come; or it is night."""

    code, status = "nothing_to_remind_of", 409


register_conflict("one_reminder_per_rung", RemindedAlready)


@dataclass(frozen=True, kw_only=True)
class OpenDemand:
    """What is open of a demand: principal, tax, and late interest, posted or accrued up to the day (R20)."""

    demand: Demand
    principal: Decimal
    tax: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        """All three."""
        return self.principal + self.tax + self.interest


def bookings_to_remind() -> list[int]:
    """Bookings of which something must be said now; for the job, which asks again under the lock."""
    now = clock.now()
    found: list[int] = []
    rows = _candidates().values("booking__project").distinct().values_list("booking__project")
    for project in Project.objects.filter(pk__in=rows).order_by("pk"):
        if not _is_quiet(project, now):
            demands = _candidates().filter(booking__project=project)
            due = [pk for pk, _rung in _due(project, demands, now)]
            found += demands.filter(pk__in=due).values_list("booking", flat=True)
    return list(dict.fromkeys(found))


@service
def remind_buyer(*, booking_id: int) -> list[Reminder]:
    """R20: remind of everything of a booking whose rung has come, in one message; returns the rungs that were reached.

    At most one message a day, of the project's zone: what comes later on the same day waits for the next. Idempotent;
    does nothing in quiet hours and for a booking that has ended.
    """
    booking = lock_any(booking_id)
    project, now = booking.project, clock.now()
    today = clock.local(now, project.time_zone).date()
    if booking.state in DEAD or _is_quiet(project, now) or _told_on(booking) == today:
        return []
    submitted = _submitted_on(booking)
    pause = PROOF_PAUSE_DAYS.for_project(project)
    rows = [
        Reminder(demand_id=demand, rung=rung, channel=ReminderChannel.IN_APP, sent_at=now)
        for demand, rung in _due(project, _candidates().filter(booking=booking), now)
        if not is_paused(rung, today, submitted, pause)
    ]
    if rows:
        Reminder.objects.bulk_create(rows)
        rungs = {f"demand {row.demand_id}": row.rung for row in rows}
        audit.record(audit.SYSTEM, booking, "reminded", after=rungs)
        keys = tuple(row.pk or 0 for row in rows)
        publish(ReminderFellDue(booking_id=booking.pk, reminder_ids=keys))
    return rows


@service
def remind_of_demand(*, actor: User, demand_id: int) -> list[Reminder]:
    """Remind a demand's buyer now instead of within the hour, by the same rules (R20).

    Raises NothingToRemindOf (409); DoesNotExist for strangers.
    """
    demand = Demand.objects.for_user(actor).get(pk=demand_id)
    rows = [row for row in remind_buyer(booking_id=demand.booking_id) if row.demand_id == demand_id]
    if not rows:
        raise NothingToRemindOf
    audit.record(actor, demand, "reminded")
    return rows


@service
def note_channel(*, reminder_ids: Iterable[int], channel: ReminderChannel) -> None:
    """That reminders go over a further channel, too; called by who sends them. Raises RemindedAlready (409)."""
    first = Reminder.objects.filter(pk__in=list(reminder_ids)).order_by("pk")
    Reminder.objects.bulk_create(
        Reminder(demand_id=row.demand_id, rung=row.rung, channel=channel, sent_at=row.sent_at)
        for row in first
    )


def open_demands(booking: Booking, demand_ids: Iterable[int], on: date) -> tuple[OpenDemand, ...]:
    """What is open of some demands of a booking as of a day, the earliest due first, with principal, tax and interest.

    Interest is what was posted for the demand's lines and is not paid, and what has accrued since (R9). An interest
    note that is named itself appears only when the demand that bore it does not: nothing is counted twice.
    """
    wanted = set(demand_ids)
    items = [item for item in standing(booking, on).items if item.open > 0]
    unposted = _unposted(booking, on)
    rows = Demand.objects.filter(pk__in=wanted).prefetch_related("lines")
    bearing = {
        line.pk for row in rows if row.kind != DemandKind.INTEREST for line in row.lines.all()
    }
    notes = _notes(booking)
    found = []
    for row in sorted(rows, key=lambda row: (row.due_on, row.pk)):
        lines = {line.pk for line in row.lines.all()}
        if row.kind == DemandKind.INTEREST:
            owed = [i for i in items if i.line in lines and notes.get(i.line) not in bearing]
            principal = tax = ZERO
            interest = sum((item.open for item in owed), ZERO)
        else:
            mine = [item for item in items if item.line in lines]
            principal = sum((item.open for item in mine if item.part == Part.PRINCIPAL), ZERO)
            tax = sum((item.open for item in mine if item.part == Part.TAX), ZERO)
            interest = sum((item.open for item in items if notes.get(item.line) in lines), ZERO)
            interest += sum((unposted.get(line, ZERO) for line in lines), ZERO)
        found.append(OpenDemand(demand=row, principal=principal, tax=tax, interest=interest))
    return tuple(each for each in found if each.total > 0)


def _candidates() -> QuerySet[Demand]:
    """Open demands of living bookings."""
    rows = Demand.objects.exclude(booking__state__in=DEAD)
    return rows.with_open().open().order_by("due_on", "pk")


def _due(project: Project, demands: QuerySet[Demand], now: datetime) -> list[tuple[int, int]]:
    """Demand and rung, for those candidates that have something to say today."""
    ladder = ladder_of(LADDER.for_project(project))
    today = clock.local(now, project.time_zone).date()
    told = Reminder.objects.filter(demand=OuterRef("pk")).order_by().values("demand")
    highest = Subquery(told.annotate(highest=Max("rung")).values("highest"))
    near = demands.filter(due_on__lte=today + timedelta(days=-ladder[0])).annotate(sent=highest)
    found = []
    for pk, due_on, issued_on, sent in near.values_list("pk", "due_on", "issued_on", "sent"):
        rung = due_rung(due_on, today, ladder, issued_on=issued_on, sent=sent)
        if rung is not None:
            found.append((pk, rung))
    return found


def _is_quiet(project: Project, now: datetime) -> bool:
    hour = clock.local(now, project.time_zone).hour
    return is_quiet(hour, QUIET_FROM.for_project(project), QUIET_UNTIL.for_project(project))


def _told_on(booking: Booking) -> date | None:
    last = Reminder.objects.filter(demand__booking=booking).aggregate(last=Max("sent_at"))["last"]
    return clock.local(last, booking.project.time_zone).date() if last else None


def _submitted_on(booking: Booking) -> list[date]:
    proofs = Payment.objects.filter(booking=booking, state=ReceiptState.SUBMITTED)
    zone = booking.project.time_zone
    return [clock.local(at, zone).date() for at in proofs.values_list("created_at", flat=True)]


def _unposted(booking: Booking, on: date) -> dict[int, Decimal]:
    """Interest that has accrued per demand line up to a day and that no note asks for yet."""
    posted = posted_net(booking)
    return {
        line: max(
            accrual.amount - sum((sum_ for day, sum_ in posted[line].items() if day <= on), ZERO),
            ZERO,
        )
        for line, accrual in interest_of(booking, on).items()
    }


def _notes(booking: Booking) -> dict[int, int]:
    """Line of an interest note -> the line that bore the interest."""
    rows = DemandLine.objects.filter(demand__booking=booking, of_line__isnull=False)
    return {line: bearing or 0 for line, bearing in rows.values_list("pk", "of_line")}
