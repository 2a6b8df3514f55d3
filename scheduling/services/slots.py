"""Which slots can be booked: the limits of R14.4, and who and what must be free (R14.1-3).

Called by booking and rescheduling, which hold the locks: hosts, project, customer.
"""

from datetime import datetime, timedelta

from projects.models import Project
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from scheduling.enums import MeetingLocation
from scheduling.models import Appointment
from scheduling.rules import Slot, instant, most_at_once, slot_from
from scheduling.services.limits import SITE_CAPACITY, Limits


class SlotTaken(DomainError):
    """This time is no longer free; please choose another."""  # never says who takes it

    code, status = "slot_taken", 409


class InThePast(DomainError):
    """An appointment cannot be in the past."""

    code, status = "in_the_past", 422


class TooSoon(DomainError):
    """This is too soon; please choose a later time."""

    code, status = "too_soon", 422


class TooFarAhead(DomainError):
    """This is too far ahead; please choose an earlier time."""

    code, status = "too_far_ahead", 422


class DurationOutOfRange(DomainError):
    """An appointment cannot be this short or this long."""

    code, status = "duration_out_of_range", 422


class NoSuchTime(DomainError):
    """The clocks skip this time on that day; please choose another."""

    code, status = "no_such_time", 422


register_conflict("one_host_one_appointment", SlotTaken)
register_conflict("one_customer_one_appointment", SlotTaken)


def bookable_slot(limits: Limits, when: datetime, minutes: int, *, now: datetime) -> Slot:
    """R14.4: the slot that a client asks for, in UTC.

    ``when`` without an offset is the project's wall clock. Raises DurationOutOfRange, NoSuchTime, InThePast,
    TooSoon, TooFarAhead.
    """
    refuse_length(limits, minutes)
    starts_at = instant(when, limits.zone)
    if starts_at is None:
        raise NoSuchTime
    if starts_at <= now:
        raise InThePast
    if starts_at < now + timedelta(hours=limits.notice):
        raise TooSoon(f"Appointments are made at least {limits.notice} hours ahead.")
    if starts_at > now + timedelta(days=limits.horizon):
        raise TooFarAhead(f"Appointments are made at most {limits.horizon} days ahead.")
    return slot_from(starts_at, minutes=minutes, buffer_minutes=limits.buffer)


def refuse_length(limits: Limits, minutes: int) -> None:
    """R14.4: raises DurationOutOfRange (422) for an appointment that is too short or too long."""
    if not limits.shortest <= minutes <= limits.longest:
        message = f"An appointment takes {limits.shortest} to {limits.longest} minutes."
        raise DurationOutOfRange(message, errors={"duration_minutes": [message]})


def refuse_taken(row: Appointment, project: Project, slot: Slot) -> None:
    """R14.1-2: host, customer and site must be free for the slot; the row itself is not in its own way.

    The polite half of the exclusion constraints, and the only guard of the site's capacity (under the project's
    lock). Raises SlotTaken.
    """
    others = Appointment.objects.exclude(pk=row.pk)
    if others.in_the_way(slot, host_id=row.host_id, customer_id=row.customer_id).exists():
        raise SlotTaken
    if row.meeting_location != MeetingLocation.SITE:
        return
    visits = others.on_site(slot, project_id=project.pk).values_list("starts_at", "ends_at")
    # Only what happens during the slot counts: two visits one after the other are never there together.
    during = [(max(start, slot.starts_at), min(end, slot.ends_at)) for start, end in visits]
    if most_at_once(during) >= SITE_CAPACITY.for_project(project):
        raise SlotTaken("The site is fully booked at this time; please choose another.")
