"""Appointments as iCalendar files (RFC 5545), for calendar programs."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Alarm, Calendar, Event

from accounts.models import User
from realestate.core.enums import Role
from scheduling.enums import AppointmentStatus, MeetingLocation
from scheduling.models import Appointment
from scheduling.rules import REMINDED

PRODUCT = "-//Real estate platform//Appointments//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"
# What we ask subscribed programs to do; many have their own mind.
READ_AGAIN = timedelta(minutes=15)
STATUS = {
    AppointmentStatus.SCHEDULED: "TENTATIVE",
    AppointmentStatus.CONFIRMED: "CONFIRMED",
    AppointmentStatus.COMPLETED: "CONFIRMED",
    AppointmentStatus.CANCELLED: "CANCELLED",
}


def calendar_file(rows: Iterable[Appointment], *, reader: User, name: str = "") -> bytes:
    """A calendar of appointments as their reader sees them, with the rules of each time zone that occurs.

    Wants rows with customer, host, project and its builder, and ``move_count``. An appointment keeps its UID for good
    and counts its SEQUENCE up when it is moved or cancelled, so that programs move their entry instead of adding one.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)  # what most programs read
        calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", READ_AGAIN)
    for row in rows:
        calendar.add_component(_event(row, reader))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(row: Appointment, reader: User) -> Event:
    zone = ZoneInfo(row.project.time_zone)
    event = Event()
    event.add("uid", f"appointment-{row.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("dtstamp", row.updated_at)
    event.add("created", row.created_at)
    event.add("last-modified", row.updated_at)
    event.add("sequence", _sequence(row))
    event.add("status", STATUS[AppointmentStatus(row.status)])
    event.add("summary", f"{row.get_appointment_type_display()}: {row.project.project_name}")
    event.add("dtstart", row.starts_at.astimezone(zone))
    event.add("dtend", row.ends_at.astimezone(zone))
    event.add("location", row.location or _place(row))
    event.add("description", _description(row, reader))
    event.add("url", f"{settings.FRONTEND_URL}/{_side(reader)}/appointments")
    if row.is_live:
        for hours in REMINDED:
            event.add_component(_alarm(hours))
    else:
        event.add("transp", "TRANSPARENT")  # takes up nobody's time
    return event


def _sequence(row: Appointment) -> int:
    moves: int = row.move_count  # type: ignore[attr-defined]  # annotated by for_calendar()
    return moves + (row.status == AppointmentStatus.CANCELLED)


def _place(row: Appointment) -> str:
    """Where to go when nobody has said it more exactly; the address of an office is the builder's to tell."""
    if row.meeting_location == MeetingLocation.ONLINE:
        return "Online"
    if row.meeting_location == MeetingLocation.OFFICE:
        return f"Office of {row.project.builder.company_name}"
    return row.project.location


def _description(row: Appointment, reader: User) -> str:
    company, host = row.project.builder.company_name, row.host.name
    by_name = "" if host == company else host
    if reader.user_type == Role.CUSTOMER:
        people = [f"With {', '.join(filter(None, (by_name, company)))}."]
    else:
        people = [f"With {row.customer}.", f"Received by {by_name}." if by_name else ""]
    lines = [
        *people,
        "Not confirmed yet." if row.status == AppointmentStatus.SCHEDULED else "",
        row.agenda,
        row.notes,
    ]
    return "\n".join(line for line in lines if line)


def _side(reader: User) -> str:
    return "customer" if reader.user_type == Role.CUSTOMER else "builder"


def _alarm(hours: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"In {hours} hours")
    alarm.add("trigger", -timedelta(hours=hours))
    return alarm
