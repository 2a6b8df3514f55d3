"""Which starts are free on a day (R14.4): what a booking would not refuse. Reading only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from projects.models import Project
from realestate.core import clock
from realestate.core.errors import DomainError
from scheduling.enums import MeetingLocation
from scheduling.models import Appointment
from scheduling.rules import Slot, host_conflict, is_open, most_at_once
from scheduling.services.hours import holidays_of, hours_of
from scheduling.services.limits import SITE_CAPACITY
from scheduling.services.slots import bookable_slot

STEP = timedelta(minutes=30)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class FreeSlot:
    """A start that can be booked, and with whom."""

    starts_at: datetime
    ends_at: datetime
    host_id: int


def free_slots(project: Project, day: date, minutes: int) -> list[FreeSlot]:
    """The free starts of a day of the project's zone, every half hour, with the project's host.

    Working hours, holidays, notice, horizon, buffer and the site's capacity are looked at; what the customer has at the
    time is not. A start that a clock change skips is none; one that it repeats is offered once.
    """
    if holidays_of(project, [day]):
        return []
    hours, zone = hours_of(project), ZoneInfo(project.time_zone)
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    end = datetime.combine(day + DAY, time.min, zone).astimezone(UTC)
    busy, visits = _taken(project, first, end + DAY)
    capacity = SITE_CAPACITY.for_project(project)
    found = []
    for start in (first + STEP * step for step in range((end - first) // STEP)):
        slot = _bookable(project, start, minutes)
        if slot is None or (hours is not None and not is_open(slot, project.time_zone, hours)):
            continue
        during = [
            (max(begun, slot.starts_at), min(ended, slot.ends_at))
            for begun, ended in visits
            if begun < slot.ends_at and ended > slot.starts_at
        ]
        if any(host_conflict(slot, other) for other in busy) or most_at_once(during) >= capacity:
            continue
        found.append(
            FreeSlot(starts_at=slot.starts_at, ends_at=slot.ends_at, host_id=project.builder_id)
        )
    return found


def _bookable(project: Project, start: datetime, minutes: int) -> Slot | None:
    try:
        return bookable_slot(project, start, minutes, now=clock.now())
    except DomainError as refusal:
        if refusal.code == "duration_out_of_range":
            raise
        return None


def _taken(
    project: Project, first: datetime, end: datetime
) -> tuple[list[Slot], list[tuple[datetime, datetime]]]:
    """What the host does in a time, in all its projects, and the visits to this project's site."""
    rows = Appointment.objects.live().filter(starts_at__lt=end, host_free_at__gt=first)
    hosts = rows.filter(host=project.builder_id)
    times = hosts.values_list("starts_at", "ends_at", "host_free_at")
    slots = [Slot(starts_at=start, ends_at=ends, host_free_at=free) for start, ends, free in times]
    site = rows.filter(project=project, meeting_location=MeetingLocation.SITE)
    return slots, list(site.values_list("starts_at", "ends_at"))
