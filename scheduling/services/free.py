"""Which starts are free on a day (R14.4): what a booking would not refuse. Reading only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from projects.models import Project
from realestate.core import clock
from realestate.core.errors import DomainError
from scheduling.enums import MeetingLocation
from scheduling.models import Appointment, Host
from scheduling.rules import Slot, host_conflict, is_open, most_at_once
from scheduling.services.hosts import chosen, hosts_of
from scheduling.services.hours import holidays_of, hours_of
from scheduling.services.limits import SITE_CAPACITY, Limits, limits_of
from scheduling.services.slots import bookable_slot, refuse_length

STEP = timedelta(minutes=30)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class FreeSlot:
    """A start that can be booked, and with whom; no number: the builder, who has received nobody yet."""

    starts_at: datetime
    ends_at: datetime
    host_id: int | None
    host_name: str


def free_slots(
    project: Project, day: date, minutes: int, host_id: int | None = None
) -> list[FreeSlot]:
    """The free starts of a day of the project's zone, every half hour, with the first host who is free.

    Working hours, holidays, notice, horizon, buffer and the site's capacity are looked at; what the customer has at the
    time is not. A start that a clock change skips is none; one that it repeats is offered once. Raises
    DurationOutOfRange (422).
    """
    limits, today = limits_of(project), clock.today(project.time_zone)
    refuse_length(limits, minutes)
    if not today <= day <= today + DAY * (limits.horizon + 1):
        return []  # also keeps days out of which no instant can be computed
    holidays = holidays_of(project, [day, day + DAY])
    if day in holidays:
        return []
    hours, zone = hours_of(project), ZoneInfo(project.time_zone)
    first = datetime.combine(day, time.min, zone).astimezone(UTC)
    end = datetime.combine(day + DAY, time.min, zone).astimezone(UTC)
    hosts = chosen(hosts_of(project), host_id)
    busy, visits = _taken(project, hosts, first, end + DAY)
    capacity = SITE_CAPACITY.for_project(project)
    closed_from = end if day + DAY in holidays else datetime.max.replace(tzinfo=UTC)
    found = []
    for start in (first + STEP * step for step in range((end - first) // STEP)):
        slot = _bookable(limits, start, minutes)
        if slot is None or slot.ends_at > closed_from:
            continue
        if hours is not None and not is_open(slot, project.time_zone, hours):
            continue
        during = [
            (max(begun, slot.starts_at), min(ended, slot.ends_at))
            for begun, ended in visits
            if begun < slot.ends_at and ended > slot.starts_at
        ]
        host = next((each for each in hosts if _is_free(busy[each.pk], slot)), None)
        if host is None or most_at_once(during) >= capacity:
            continue
        found.append(
            FreeSlot(
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                host_id=host.pk,
                host_name=host.name or project.builder.company_name,
            )
        )
    return found


def _bookable(limits: Limits, start: datetime, minutes: int) -> Slot | None:
    try:
        return bookable_slot(limits, start, minutes, now=clock.now())
    except DomainError:
        return None


def _is_free(busy: Sequence[Slot], slot: Slot) -> bool:
    return not any(host_conflict(slot, other) for other in busy)


def _taken(
    project: Project, hosts: Sequence[Host], first: datetime, end: datetime
) -> tuple[Mapping[int | None, list[Slot]], list[tuple[datetime, datetime]]]:
    """What each host does in a time, in all projects, and the visits to this project's site."""
    rows = Appointment.objects.live().filter(starts_at__lt=end, host_free_at__gt=first)
    times = rows.filter(host__in=[host.pk for host in hosts if host.pk])
    busy: dict[int | None, list[Slot]] = defaultdict(list)
    for host_id, start, ends, free in times.values_list(
        "host", "starts_at", "ends_at", "host_free_at"
    ):
        busy[host_id].append(Slot(starts_at=start, ends_at=ends, host_free_at=free))
    site = rows.filter(project=project, meeting_location=MeetingLocation.SITE)
    return busy, list(site.values_list("starts_at", "ends_at"))
