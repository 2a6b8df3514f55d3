"""R5.1-3: interest, a visit, and the unit that is held in the end are one row."""

from datetime import timedelta

import pytest

from accounts.models import Relation
from bookings.models import Booking
from notifications.models import Notification
from projects.models import Claim
from realestate.core import clock
from realestate.core.models import AuditEntry
from scheduling.models import Appointment
from tests.factories.projects import ProjectFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    """``at(10)``: ten o'clock in India, in three days."""
    day = clock.local(clock.now()) + timedelta(days=3)
    return lambda hour: day.replace(hour=hour, minute=0, second=0, microsecond=0)


def ask(api, project, **body):
    return api.post(f"/api/projects/{project.pk}/inquiries", body)


def visit(api, project, when, kind="site_visit"):
    body = {"project_id": project.pk, "appointment_date": when, "appointment_type": kind}
    return api.post("/api/appointments", body)


def test_R5_1_an_inquiry_takes_nothing_from_the_stock(cast, as_):
    reply = ask(as_(cast.asha), cast.meera_project, notes="Two bedrooms, please.")
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert (row["booking_status"], row["status"], row["unit"], row["total_amount"]) == (
        "inquiry",
        "pending",
        None,
        None,
    )
    assert row["special_requests"] == "Two bedrooms, please."
    assert Claim.objects.count() == 0
    assert Relation.objects.filter(customer=cast.asha.pk, builder=cast.meera.pk).exists()
    told = Notification.objects.values_list("user", "title")
    assert set(told) == {
        (cast.asha.pk, "Inquiry received"),
        (cast.meera.pk, "Inquiry received"),
    }
    assert AuditEntry.objects.filter(object_id=row["id"], action="inquired").count() == 1


def test_R5_1_asking_again_is_the_same_inquiry(cast, as_):
    first, second = (ask(as_(cast.asha), cast.meera_project).json()["id"] for _ in range(2))
    assert first == second
    assert ask(as_(cast.ravi), cast.meera_project).json()["id"] != first
    elsewhere = ProjectFactory(builder=cast.meera.builder)
    assert ask(as_(cast.asha), elsewhere).json()["id"] != first
    assert Booking.objects.count() == 3


def test_builders_name_a_customer_whom_they_may_see(cast, as_):
    api = as_(cast.meera)
    unnamed = ask(api, cast.meera_project)
    assert (unnamed.status_code, list(unnamed.json()["errors"])) == (400, ["customer_id"])
    assert ask(api, cast.meera_project, customer_id=cast.ravi.pk).status_code == 404
    ask(as_(cast.ravi), cast.meera_project)
    known = ask(api, cast.meera_project, customer_id=cast.ravi.pk)
    assert known.json()["customer_id"] == cast.ravi.pk
    assert ask(api, cast.kiran_project, customer_id=cast.ravi.pk).status_code == 404
    mine = ask(as_(cast.asha), cast.meera_project, customer_id=cast.ravi.pk)
    assert mine.json()["customer_id"] == cast.asha.pk


def test_R5_2_a_visit_moves_the_inquiry_on(cast, as_, at):
    key = ask(as_(cast.asha), cast.meera_project).json()["id"]
    assert visit(as_(cast.asha), cast.meera_project, at(10).isoformat()).status_code == 201
    assert Booking.objects.get(pk=key).state == "site_visit_scheduled"
    assert visit(as_(cast.asha), cast.meera_project, at(14).isoformat()).status_code == 201
    moves = AuditEntry.objects.filter(object_id=key, action="moved")
    assert [entry.after for entry in moves] == [{"state": "site_visit_scheduled"}]


def test_R5_2_only_a_visit_that_is_made_counts(cast, as_, at):
    key = ask(as_(cast.asha), cast.meera_project).json()["id"]
    visit(as_(cast.ravi), cast.meera_project, at(10).isoformat())  # somebody else's
    taken = visit(as_(cast.asha), cast.meera_project, at(10).isoformat())
    assert taken.status_code == 409
    visit(as_(cast.asha), cast.meera_project, at(12).isoformat(), kind="consultation")
    visit(as_(cast.asha), cast.kiran_project, at(15).isoformat())  # of another project
    assert Booking.objects.get(pk=key).state == "inquiry"
    assert Appointment.objects.count() == 3


@pytest.mark.parametrize("has_visited", [False, True])
def test_R5_3_the_inquiry_becomes_the_booking(cast, as_, at, has_visited):
    key = ask(as_(cast.asha), cast.meera_project, notes="High up.").json()["id"]
    if has_visited:
        visit(as_(cast.asha), cast.meera_project, at(10).isoformat())
    reply = as_(cast.asha).post("/api/bookings", {"unit_id": cast.meera_unit.pk})
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert (row["id"], row["booking_status"], row["unit_id"]) == (
        key,
        "on_hold",
        cast.meera_unit.pk,
    )
    assert row["special_requests"] == "High up."
    assert row["total_amount"] is not None
    booking = Booking.objects.get(pk=key)
    assert booking.claim.is_live(booking.booking_date)
    assert booking.applicants.count() == 1


def test_R5_3_a_second_unit_is_a_booking_of_its_own(cast, as_):
    ask(as_(cast.asha), cast.meera_project)
    units = [cast.meera_unit, UnitFactory(project=cast.meera_project)]
    keys = {
        as_(cast.asha).post("/api/bookings", {"unit_id": unit.pk}).json()["id"] for unit in units
    }
    assert len(keys) == Booking.objects.count() == 2


def test_R5_3_an_inquiry_of_another_stays_as_it_is(cast, as_):
    key = ask(as_(cast.ravi), cast.meera_project).json()["id"]
    assert as_(cast.asha).post("/api/bookings", {"unit_id": cast.meera_unit.pk}).json()["id"] != key
    assert Booking.objects.get(pk=key).state == "inquiry"


def test_R5_a_refused_booking_leaves_the_inquiry(cast, as_):
    key = ask(as_(cast.asha), cast.meera_project).json()["id"]
    body = {"unit_id": cast.meera_unit.pk, "total_amount": 1}
    assert as_(cast.asha).post("/api/bookings", body).status_code == 422
    assert Booking.objects.get(pk=key).state == "inquiry"
    assert Claim.objects.count() == 0
