"""When a project receives people: working hours and holidays (R14.4)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, time, timedelta

from accounts.models import User
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.locking import lock
from realestate.core.transactions import service
from scheduling.models import Holiday, WorkingHours
from scheduling.rules import MIDNIGHT, Slot, is_open
from scheduling.services.limits import CLOSES, OPENS

DAYS = range(7)
HOURS_OF_A_DAY = 24
Hours = Mapping[int, Sequence[tuple[time, time]]]


class OutsideHours(DomainError):
    """Nobody is there at this time; please choose one within the working hours."""

    code, status = "outside_working_hours", 422


class OnHoliday(DomainError):
    """Nobody is there on this day; please choose another."""

    code, status = "on_holiday", 422


def hours_of(project: Project) -> Hours | None:
    """The openings of each weekday: the project's own, or those of the settings for every day; None: at any time."""
    rows = list(WorkingHours.objects.filter(project=project).order_by("weekday", "opens"))
    hours: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for row in rows:
        hours[row.weekday].append((row.opens, row.closes))
    if rows:
        return hours
    opens, closes = OPENS.for_project(project), CLOSES.for_project(project)
    if (opens, closes) == (0, HOURS_OF_A_DAY):
        return None
    last = MIDNIGHT if closes == HOURS_OF_A_DAY else time(closes)
    return {day: [(time(opens), last)] for day in DAYS}


def holidays_of(project: Project, days: Collection[date]) -> dict[date, str]:
    """Which of some days are holidays, with their names. Reading only."""
    rows = Holiday.objects.filter(project=project, day__in=days)
    return dict(rows.values_list("day", "name"))


def refuse_closed(project: Project, slot: Slot) -> None:
    """Raises OnHoliday or OutsideHours (422) for a slot in which nobody is there."""
    moments = (slot.starts_at, slot.ends_at - timedelta.resolution)  # it may go past midnight
    days = [clock.local(moment, project.time_zone).date() for moment in moments]
    names = holidays_of(project, days)
    if names:
        raise OnHoliday(f"Nobody is there on this day: {names[min(names)]}.")
    hours = hours_of(project)
    if hours is not None and not is_open(slot, project.time_zone, hours):
        raise OutsideHours


@service
def set_hours(
    *, actor: User, project_id: int, hours: Sequence[tuple[int, time, time]]
) -> list[WorkingHours]:
    """The openings of a project: (weekday, opens, closes); none: those of the settings hold again.

    Raises InvalidValue (400) for openings that overlap or end before they begin; DoesNotExist for strangers.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    ordered = sorted(hours)
    for place, (day, opens, closes) in enumerate(ordered):
        overlaps = any(
            other == day and begins < closes for other, begins, _ in ordered[place + 1 :]
        )
        if opens >= closes or overlaps:
            raise InvalidValue(
                errors={"hours": ["Openings must end after they begin, and not overlap."]}
            )
    WorkingHours.objects.filter(project=project).delete()
    rows = WorkingHours.objects.bulk_create(
        WorkingHours(project=project, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in ordered
    )
    audit.record(actor, project, "hours_set", after={"hours": [str(row) for row in rows]})
    return rows


@service
def set_holidays(
    *, actor: User, project_id: int, holidays: Sequence[tuple[date, str]]
) -> list[Holiday]:
    """The holidays of a project. Raises InvalidValue (400) for a day twice; DoesNotExist for strangers."""
    project = lock(Project.objects.open_to(actor), project_id)
    if len({day for day, _name in holidays}) < len(holidays):
        raise InvalidValue(errors={"holidays": ["Name each day once."]})
    Holiday.objects.filter(project=project).delete()
    rows = Holiday.objects.bulk_create(
        Holiday(project=project, day=day, name=name) for day, name in sorted(holidays)
    )
    audit.record(actor, project, "holidays_set", after={"holidays": [str(row) for row in rows]})
    return rows
