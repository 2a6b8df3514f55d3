"""Booking an appointment: parties, limits, and whose time must be free (R14.1-4)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from accounts.models import Customer, Relation
from projects.models import Project
from realestate.core import clock
from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidValue
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.transactions import service
from scheduling import services
from scheduling.enums import AppointmentStatus, MeetingLocation
from scheduling.models import Appointment
from tests.factories.projects import ProjectFactory
from tests.factories.scheduling import AppointmentFactory, HostFactory

NOW = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def book(cast):
    """Asha at Meera's project, unless said otherwise."""

    def booked(**changes):
        wish = {
            "actor": cast.asha,
            "project_id": cast.meera_project.pk,
            "appointment_type": "site_visit",
            **changes,
        }
        return services.book_appointment(**wish)

    return booked


def set_for(project, key, value):
    return SystemSetting.objects.create(
        key=f"scheduling.{key}", scope=SettingScope.PROJECT, scope_id=project.pk, value=value
    )


# --- who ------------------------------------------------------------------------------------------


def test_R14_a_customer_books_with_the_projects_builder(cast, book, at):
    row = book(appointment_date=at(10), agenda="See the show flat", attendees=["A friend"])
    row.refresh_from_db()
    assert (row.customer_id, row.host.user_id, row.created_by_id) == (
        cast.asha.pk,
        cast.meera.pk,
        cast.asha.pk,
    )
    assert (row.status, row.agenda, row.attendees) == (
        AppointmentStatus.SCHEDULED,
        "See the show flat",
        ["A friend"],
    )
    assert (row.starts_at, row.ends_at, row.host_free_at) == (at(10), at(11), at(11, 15))
    assert Relation.objects.filter(customer=cast.asha.pk, builder=cast.meera.pk).count() == 1
    entry = AuditEntry.objects.get(object_type="scheduling.appointment", object_id=row.pk)
    assert (entry.action, entry.actor_id) == ("booked", cast.asha.pk)


def test_a_customer_cannot_book_for_another_customer(cast, book, at):
    row = book(appointment_date=at(10), customer_id=cast.ravi.pk)
    assert row.customer_id == cast.asha.pk


def test_R21_a_customer_books_only_at_public_projects(cast, book, at):
    hidden = ProjectFactory(published_at=None)
    with pytest.raises(Project.DoesNotExist):
        book(appointment_date=at(10), project_id=hidden.pk)
    assert Appointment.objects.count() == 0


def test_a_builder_names_a_customer_who_has_dealt_with_it(cast, book, at):
    Relation.objects.create(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    row = book(actor=cast.meera, customer_id=cast.asha.pk, appointment_date=at(10))
    assert (row.customer_id, row.created_by_id) == (cast.asha.pk, cast.meera.pk)


def test_a_builder_must_name_somebody(cast, book, at):
    with pytest.raises(InvalidValue) as refusal:
        book(actor=cast.meera, appointment_date=at(10))
    assert refusal.value.errors == {"customer_id": ["This field is required."]}
    assert Appointment.objects.count() == 0


def test_R21_a_customer_unknown_to_the_builder_does_not_exist(cast, book, at):
    with pytest.raises(Customer.DoesNotExist):
        book(actor=cast.meera, customer_id=cast.ravi.pk, appointment_date=at(10))
    assert Appointment.objects.count() == 0


def test_R21_a_builder_books_only_at_its_own_projects(cast, book, at):
    Relation.objects.create(customer_id=cast.asha.pk, builder_id=cast.kiran.pk)
    with pytest.raises(Project.DoesNotExist):
        book(actor=cast.kiran, customer_id=cast.asha.pk, appointment_date=at(10))
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("person", ["asha", "meera", "sana"])
def test_nobody_is_received_at_an_archived_project(cast, as_, book, at, person):
    book(appointment_date=at(10))  # so that Meera knows Asha
    Project.objects.filter(pk=cast.meera_project.pk).update(archived_at=clock.now())
    with pytest.raises(Project.DoesNotExist):
        book(actor=getattr(cast, person), customer_id=cast.asha.pk, appointment_date=at(15))
    assert Appointment.objects.count() == 1
    slots = f"/api/projects/{cast.meera_project.pk}/slots"
    assert as_(getattr(cast, person)).get(slots).status_code == 404


def test_staff_book_for_everybody(cast, book, at):
    row = book(actor=cast.sana, customer_id=cast.asha.pk, appointment_date=at(10))
    assert (row.customer_id, row.host.user_id, row.created_by_id) == (
        cast.asha.pk,
        cast.meera.pk,
        cast.sana.pk,
    )


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "refusal"),
    [
        (timedelta(days=-1), services.InThePast),
        (timedelta(0), services.InThePast),
        (timedelta(seconds=1), services.TooSoon),
        (timedelta(hours=2, seconds=-1), services.TooSoon),
        (timedelta(hours=2), None),
        (timedelta(days=60), None),
        (timedelta(days=60, seconds=1), services.TooFarAhead),
        (timedelta(days=300_000), services.TooFarAhead),
    ],
)
def test_R14_4_notice_and_horizon(book, ahead, refusal):
    with time_machine.travel(NOW, tick=False):
        if refusal is None:
            assert book(appointment_date=NOW + ahead).starts_at == NOW + ahead
            return
        with pytest.raises(refusal):
            book(appointment_date=NOW + ahead)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(("minutes", "fits"), [(14, False), (15, True), (240, True), (241, False)])
def test_R14_4_duration(book, at, minutes, fits):
    if fits:
        row = book(appointment_date=at(10), duration_minutes=minutes)
        assert row.ends_at - row.starts_at == timedelta(minutes=minutes)
        return
    with pytest.raises(services.DurationOutOfRange) as refusal:
        book(appointment_date=at(10), duration_minutes=minutes)
    assert refusal.value.errors == {"duration_minutes": ["An appointment takes 15 to 240 minutes."]}
    assert Appointment.objects.count() == 0


def test_R14_4_limits_are_the_projects(cast, book):
    set_for(cast.meera_project, "notice_hours", 24)
    set_for(cast.meera_project, "horizon_days", 10)
    set_for(cast.meera_project, "longest_minutes", 30)
    set_for(cast.kiran_project, "notice_hours", 0)
    with time_machine.travel(NOW, tick=False):
        with pytest.raises(services.TooSoon, match="24 hours"):
            book(appointment_date=NOW + timedelta(hours=23), duration_minutes=30)
        with pytest.raises(services.TooFarAhead, match="10 days"):
            book(appointment_date=NOW + timedelta(days=11), duration_minutes=30)
        with pytest.raises(services.DurationOutOfRange):
            book(appointment_date=NOW + timedelta(days=2), duration_minutes=31)
        book(project_id=cast.kiran_project.pk, appointment_date=NOW + timedelta(minutes=1))


def test_a_time_without_offset_is_the_projects_wall_clock(cast, book, at):
    Project.objects.filter(pk=cast.meera_project.pk).update(time_zone="America/New_York")
    with time_machine.travel(NOW, tick=False):
        row = book(appointment_date=datetime(2026, 12, 4, 10, 0))  # noqa: DTZ001  # what it is about
    assert row.starts_at == datetime(2026, 12, 4, 15, 0, tzinfo=UTC)
    row.refresh_from_db()
    assert row.appointment_time == "10:00 AM"


def test_a_time_that_the_clocks_skip_is_refused(cast, book):
    Project.objects.filter(pk=cast.meera_project.pk).update(time_zone="Europe/Berlin")
    with (
        time_machine.travel(datetime(2026, 3, 20, tzinfo=UTC), tick=False),
        pytest.raises(services.NoSuchTime),
    ):
        book(appointment_date=datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001  # what it is about
    assert Appointment.objects.count() == 0


def test_R14_7_a_slot_across_a_clock_change_keeps_its_real_length(cast, book):
    Project.objects.filter(pk=cast.meera_project.pk).update(time_zone="Europe/Berlin")
    with time_machine.travel(datetime(2026, 3, 20, tzinfo=UTC), tick=False):
        row = book(
            appointment_date=datetime(2026, 3, 29, 1, 30),  # noqa: DTZ001  # what it is about
            duration_minutes=120,
        )
    assert (row.starts_at, row.ends_at) == (
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=UTC),
    )


# --- whose time -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "fits"),
    [((11, 0), False), ((11, 14), False), ((11, 15), True), ((8, 46), False), ((8, 45), True)],
)
def test_R14_2_the_host_needs_the_buffer_on_both_sides(cast, book, visit, at, start, fits):
    if fits:
        book(actor=cast.ravi, appointment_date=at(*start))
        return
    with pytest.raises(services.SlotTaken):
        book(actor=cast.ravi, appointment_date=at(*start))
    assert [row.pk for row in Appointment.objects.all()] == [visit.pk]


def test_R14_2_without_buffer_touching_ends_are_fine(cast, book, at):
    set_for(cast.meera_project, "buffer_minutes", 0)
    book(appointment_date=at(10))
    row = book(actor=cast.ravi, appointment_date=at(11))
    assert row.host_free_at == row.ends_at


def test_R14_1_the_customer_cannot_be_in_two_places(cast, book, visit, at):
    with pytest.raises(services.SlotTaken):
        book(project_id=cast.kiran_project.pk, appointment_date=at(10, 59))
    book(project_id=cast.kiran_project.pk, appointment_date=at(11))
    assert Appointment.objects.count() == 2


def test_R14_1_cancelled_appointments_take_no_time(cast, book, visit, at):
    services.cancel_appointment(actor=cast.asha, appointment_id=visit.pk)
    assert book(actor=cast.ravi, appointment_date=at(10)).is_live


def test_a_refused_slot_does_not_say_whose_it_is(cast, book, visit, at):
    with pytest.raises(services.SlotTaken) as refusal:
        book(actor=cast.ravi, appointment_date=at(10))
    assert refusal.value.detail == "This time is no longer free; please choose another."
    assert refusal.value.extra == {}


def test_R14_2_the_site_takes_three_visits_at_once(cast, book, at):
    hosts = HostFactory.create_batch(3)
    for host in hosts:
        AppointmentFactory(
            project=cast.meera_project,
            host=host,
            starts_at=at(10),
            ends_at=at(11),
            host_free_at=at(11),
        )
    with pytest.raises(services.SlotTaken, match="site is fully booked"):
        book(appointment_date=at(10, 30))
    assert Appointment.objects.count() == 3
    book(appointment_date=at(10, 30), meeting_location=MeetingLocation.ONLINE)
    book(actor=cast.ravi, appointment_date=at(12))


def test_R14_2_only_visits_at_the_same_time_count(cast, book, at):
    set_for(cast.meera_project, "site_capacity", 2)
    for start, end in ((at(9), at(10, 20)), (at(10, 20), at(11))):
        AppointmentFactory(
            project=cast.meera_project,
            host=HostFactory(),
            starts_at=start,
            ends_at=end,
            host_free_at=end,
        )
    # Both overlap, but one after the other: never more than two people are there.
    book(appointment_date=at(10))


def test_R14_2_meetings_elsewhere_and_at_other_sites_do_not_count(cast, book, at):
    set_for(cast.meera_project, "site_capacity", 1)
    times = {"starts_at": at(10), "ends_at": at(11), "host_free_at": at(11)}
    AppointmentFactory(
        project=cast.meera_project,
        host=HostFactory(),
        meeting_location=MeetingLocation.ONLINE,
        **times,
    )
    AppointmentFactory(
        project=cast.meera_project,
        host=HostFactory(),
        status=AppointmentStatus.CANCELLED,
        **times,
    )
    AppointmentFactory(project=cast.kiran_project, **times)
    book(appointment_date=at(10))


# --- the database holds the promise ---------------------------------------------------------------


@pytest.mark.parametrize("same", ["host", "customer"])
def test_R14_3_the_database_refuses_an_overlap_whoever_writes_it(visit, at, same):
    shared = {
        "host": {"project": visit.project},
        "customer": {"customer": visit.customer},
    }[same]
    with pytest.raises(IntegrityError, match=f"one_{same}_one_appointment"):
        AppointmentFactory(
            starts_at=at(10, 30), ends_at=at(11, 30), host_free_at=at(11, 30), **shared
        )


def test_R14_3_the_database_refuses_the_host_within_the_buffer(visit, at):
    times = {"starts_at": at(11), "ends_at": at(12), "host_free_at": at(12)}
    with pytest.raises(IntegrityError, match="one_host_one_appointment"):
        AppointmentFactory(project=visit.project, **times)


@pytest.mark.parametrize("same", ["project", "customer"])
def test_R14_3_what_the_database_refuses_is_slot_taken(visit, at, same):
    @service
    def past_the_polite_check():
        AppointmentFactory(
            starts_at=at(10), ends_at=at(11), host_free_at=at(11), **{same: getattr(visit, same)}
        )

    with pytest.raises(services.SlotTaken):
        past_the_polite_check()
    assert Appointment.objects.count() == 1
