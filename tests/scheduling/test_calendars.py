"""Appointments in calendar programs (issue 4.1): read back with a reader of iCalendar."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from icalendar import Calendar

from realestate.core import clock
from scheduling import services
from scheduling.models import Appointment, CalendarFeed
from tests.factories.projects import ProjectFactory
from tests.factories.scheduling import AppointmentFactory


def read(reply) -> Calendar:
    assert reply.status_code == 200, reply.content
    assert reply["Content-Type"] == "text/calendar; charset=utf-8"
    assert reply["Cache-Control"] == "private, no-store"
    return Calendar.from_ical(reply.content)


def entry(reply):
    [event] = read(reply).walk("VEVENT")
    return event


def feed_of(client) -> str:
    reply = client.post("/api/calendar-feed")
    assert reply.status_code == 201
    return urlsplit(reply.json()["url"]).path


def test_an_appointment_is_an_entry_in_the_projects_time_zone(cast, as_, visit):
    reply = as_(cast.asha).get(f"/api/appointments/{visit.pk}/calendar")
    event = entry(reply)
    assert reply["Content-Disposition"] == f'attachment; filename="appointment-{visit.pk}.ics"'
    assert event["UID"] == f"appointment-{visit.pk}@testserver"
    assert event["SUMMARY"] == "Site visit: Meera Gardens"
    assert event["STATUS"] == "TENTATIVE"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (visit.starts_at, visit.ends_at)
    assert event["DTSTART"].params["TZID"] == "Asia/Kolkata"
    assert [str(zone["TZID"]) for zone in read(reply).walk("VTIMEZONE")] == ["Asia/Kolkata"]
    assert event["LOCATION"] == cast.meera_project.location
    assert "With Meera Homes." in event["DESCRIPTION"]
    assert event["SEQUENCE"] == 0
    alarms = [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")]
    assert alarms == [timedelta(hours=-24), timedelta(hours=-2)]


@pytest.mark.parametrize(
    ("place", "location", "said"),
    [
        ("site", "", "12 Lake Road, Pune, Maharashtra"),
        ("office", "", "Office of Meera Homes"),
        ("office", "3rd floor, Kumar Plaza", "3rd floor, Kumar Plaza"),
        ("online", "", "Online"),
        ("online", "https://meet.example.com/x", "https://meet.example.com/x"),
    ],
)
def test_an_entry_says_where_people_meet(cast, as_, visit, place, location, said):
    Appointment.objects.update(meeting_location=place, location=location)
    assert entry(as_(cast.asha).get(f"/api/appointments/{visit.pk}/calendar"))["LOCATION"] == said


def test_R14_7_an_entry_keeps_its_wall_clock_and_length_over_a_clock_change(cast, as_):
    project = ProjectFactory(builder=cast.meera.builder, time_zone="America/New_York")
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)  # 01:30, the first of two
    row = AppointmentFactory(
        project=project,
        customer=cast.asha.customer,
        starts_at=start,
        ends_at=start + timedelta(hours=1),  # 01:30, the second
    )
    reply = as_(cast.asha).get(f"/api/appointments/{row.pk}/calendar")
    event = entry(reply)
    assert str(event["DTSTART"].to_ical(), "ascii") == "20261101T013000"
    assert event.decoded("DTSTART").astimezone(UTC) == start
    [zone] = read(reply).walk("VTIMEZONE")
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def test_a_reschedule_moves_the_entry_in_both_calendars(cast, as_, visit, at):
    feeds = {person: feed_of(as_(person)) for person in (cast.asha, cast.meera)}
    before = {person: entry(as_(None).get(path)) for person, path in feeds.items()}
    services.reschedule_appointment(
        actor=cast.asha, appointment_id=visit.pk, appointment_date=at(15), reason="Rain"
    )
    for person, path in feeds.items():
        after = entry(as_(None).get(path))
        assert after["UID"] == before[person]["UID"]
        assert after["SEQUENCE"] == before[person]["SEQUENCE"] + 1
        assert after.decoded("DTSTART") == at(15)
    builders = entry(as_(None).get(feeds[cast.meera]))
    assert "With Asha Rao." in builders["DESCRIPTION"]
    assert builders["URL"].endswith("/builder/appointments")


def test_states_are_said_in_the_words_of_calendars(cast, as_, visit):
    path = feed_of(as_(cast.asha))
    services.move_appointment(actor=cast.meera, appointment_id=visit.pk, action="confirm")
    event = entry(as_(None).get(path))
    assert (event["STATUS"], "Not confirmed" in event["DESCRIPTION"]) == ("CONFIRMED", False)
    services.cancel_appointment(actor=cast.asha, appointment_id=visit.pk)
    event = entry(as_(None).get(path))
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 1)
    assert event.walk("VALARM") == []


def test_a_feed_holds_ones_own_appointments_of_the_last_90_days_and_later(cast, as_, visit):
    AppointmentFactory(customer=cast.ravi.customer, project=cast.kiran_project)
    old = clock.now() - timedelta(days=91)
    AppointmentFactory(
        customer=cast.asha.customer,
        project=cast.meera_project,
        starts_at=old,
        ends_at=old + timedelta(hours=1),
    )
    calendar = read(as_(None).get(feed_of(as_(cast.asha))))
    uids = [event["UID"] for event in calendar.walk("VEVENT")]
    assert uids == [f"appointment-{visit.pk}@testserver"]
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Appointments"
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(minutes=15)


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_costs_the_same_for_any_number(cast, as_, count, django_assert_num_queries):
    AppointmentFactory.create_batch(count, customer=cast.asha.customer)
    path = feed_of(as_(cast.asha))
    with django_assert_num_queries(2):  # whose it is, and the appointments
        as_(None).get(path)


def test_an_empty_calendar_is_a_calendar(cast, as_):
    assert read(as_(None).get(feed_of(as_(cast.ravi)))).walk("VEVENT") == []


def test_the_address_is_shown_again_and_ends_with_the_next(cast, as_, visit):
    client = as_(cast.asha)
    assert client.get("/api/calendar-feed").status_code == 404
    path = feed_of(client)
    shown = client.get("/api/calendar-feed").json()
    assert urlsplit(shown["url"]).path == path
    assert shown["webcal_url"] == f"webcal://testserver{path}"
    fresh = feed_of(client)
    assert as_(None).get(path).status_code == 404
    assert as_(None).get(fresh).status_code == 200
    assert client.delete("/api/calendar-feed").status_code == 200
    assert client.delete("/api/calendar-feed").status_code == 200
    assert as_(None).get(fresh).status_code == 404
    assert CalendarFeed.objects.count() == 0


def test_an_address_that_was_altered_or_whose_owner_may_not_enter_is_no_address(cast, as_):
    path = feed_of(as_(cast.asha))
    for wrong in ("x", path[len("/api/calendar/") : -5], "%00", "a.b.c", "é"):
        assert as_(None).get(f"/api/calendar/{wrong}.ics").status_code == 404
    assert as_(None).get(path).status_code == 200
    cast.asha.is_active = False
    cast.asha.save()
    assert as_(None).get(path).status_code == 404


def test_who_reads_the_database_has_no_address_without_the_platforms_key(cast, as_):
    path = feed_of(as_(cast.asha))
    feed = CalendarFeed.objects.get()
    parts = [feed.pk, feed.secret]
    for key, status in (("another key", 404), (None, 200)):
        token = Signer(key=key, sep=".", salt="scheduling.services.feeds").sign_object(parts)
        assert as_(None).get(f"/api/calendar/{token}.ics").status_code == status
    assert path.endswith(f"{token}.ics")


def test_a_text_cannot_become_another_entry(cast, as_, visit):
    Appointment.objects.filter(pk=visit.pk).update(
        notes="Hello\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", agenda="a;b,c\\n"
    )
    event = entry(as_(cast.asha).get(f"/api/appointments/{visit.pk}/calendar"))
    assert "BEGIN:VEVENT" in event["DESCRIPTION"]
    assert "a;b,c\\n" in event["DESCRIPTION"]
