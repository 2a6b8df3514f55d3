"""Another time for an appointment; the old one is kept as history (R14.5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from accounts.models import User
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service
from scheduling.enums import AppointmentAction, MeetingLocation
from scheduling.events import AppointmentRescheduled
from scheduling.models import Appointment, AppointmentMove
from scheduling.rules import TRANSITIONS, Slot, instant
from scheduling.services.hosts import free_host, lock_hosts
from scheduling.services.hours import refuse_closed
from scheduling.services.limits import limits_of
from scheduling.services.slots import bookable_slot, refuse_taken

CHANGED = [
    "starts_at",
    "ends_at",
    "host_free_at",
    "host",
    "duration_minutes",
    "meeting_location",
    "location",
    "reschedule_reason",
    "rescheduled_at",
    "updated_at",
]


class Place(TypedDict, total=False):
    """Another place, if it changes."""

    meeting_location: MeetingLocation
    location: str


@service
def reschedule_appointment(
    *,
    actor: User,
    appointment_id: int,
    appointment_date: datetime,
    duration_minutes: int | None = None,
    reason: str = "",
    **place: Unpack[Place],
) -> Appointment:
    """Move a live appointment to another time, and perhaps place; it is ``scheduled`` again (R14.5).

    The same host receives the customer, or another who is free then.

    The time that it already has changes nothing, so a repeated request is harmless. Raises SlotTaken,
    InvalidTransition, the refusals of ``bookable_slot``; DoesNotExist for strangers.
    """
    now = clock.now()
    row = lock(Appointment.objects.for_user(actor), appointment_id)
    hosts = lock_hosts(Project.objects.get(pk=row.project_id), also=[row.host_id])
    project = lock(Project.objects.all(), row.project_id)
    lock(User.objects.all(), row.customer_id)
    minutes = duration_minutes or row.duration_minutes
    if row.is_live and _is_so(row, instant(appointment_date, project.time_zone), minutes, place):
        return row
    advance(row, TRANSITIONS, AppointmentAction.RESCHEDULE, field="status")
    slot = bookable_slot(limits_of(project), appointment_date, minutes, now=now)
    refuse_closed(project, slot)
    _keep_history(row, actor, reason, now)
    before = {"starts_at": row.starts_at, "ends_at": row.ends_at}
    _set_slot(row, slot, minutes)
    for name, value in place.items():
        setattr(row, name, value)
    row.reschedule_reason, row.rescheduled_at = reason, now
    row.host = free_host(row, sorted(hosts, key=lambda host: host.pk != row.host_id), slot)
    refuse_taken(row, project, slot)
    row.save(update_fields=CHANGED)
    audit.record(
        actor,
        row,
        "rescheduled",
        before=before,
        after={"starts_at": row.starts_at, "ends_at": row.ends_at},
        reason=reason,
    )
    publish(AppointmentRescheduled(appointment_id=row.pk, actor_id=actor.pk))
    return row


def _is_so(
    row: Appointment, starts_at: datetime | None, minutes: int, place: Mapping[str, object]
) -> bool:
    is_then = (row.starts_at, row.duration_minutes) == (starts_at, minutes)
    return is_then and all(getattr(row, name) == value for name, value in place.items())


def _keep_history(row: Appointment, actor: User, reason: str, now: datetime) -> None:
    AppointmentMove.objects.create(
        appointment=row,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=reason,
        moved_by=actor,
        moved_at=now,
    )


def _set_slot(row: Appointment, slot: Slot, minutes: int) -> None:
    row.starts_at, row.ends_at, row.host_free_at = slot.starts_at, slot.ends_at, slot.host_free_at
    row.duration_minutes = minutes
