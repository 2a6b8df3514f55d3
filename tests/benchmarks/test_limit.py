"""The hand-written reads say what the platform says to the same caller; otherwise comparing them is worth nothing."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.services import open_session
from benchmarks.bodies import differences
from bookings.enums import BookingState
from bookings.models import Booking
from notifications.models import Notification
from projects.models import Project
from realestate.core import clock
from scheduling.enums import AppointmentStatus
from tests.factories.notifications import NotificationFactory
from tests.factories.scheduling import AppointmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("benchmarks.limit.urls")]


@pytest.fixture
def customer(db):
    """A customer of a seeded town with several bookings and meetings, and news to come."""
    call_command("seed_benchmark", units=400)
    project, buyer = Project.objects.order_by("pk")[0], Booking.objects.order_by("pk")[0].customer
    for status in (AppointmentStatus.SCHEDULED, AppointmentStatus.CONFIRMED):
        AppointmentFactory(project=project, customer=buyer, status=status)
    AppointmentFactory(project=project, customer=buyer, rescheduled_at=clock.now())
    NotificationFactory(user=buyer.user, scheduled_send_time=clock.now() + timedelta(days=1))
    return buyer


@pytest.fixture
def bearer(customer):
    """Its token."""
    login = open_session(user_id=customer.pk, password=customer.user.password)
    return {"authorization": f"Bearer {login.tokens.access_token}"}


def both(path: str, headers: dict[str, str] | None = None) -> tuple[object, object]:
    """What the platform and the statement say."""
    answers = [Client().get(f"/{root}/{path}", headers=headers) for root in ("api", "api/limit")]
    assert [answer.status_code for answer in answers] == [200, 200]
    ours, theirs = (json.loads(answer.content) for answer in answers)
    return ours, theirs


@pytest.mark.parametrize("query", ["", "?limit=2", "?limit=2&page=2"])
def test_projects_are_the_same(customer, query):
    ours, theirs = both(f"projects{query}")

    assert ours["total"] == 4
    assert differences(ours, theirs) == []


def test_a_project_is_the_same(customer):
    ours, theirs = both(f"projects/{Project.objects.latest('pk').pk}")

    assert differences(ours, theirs) == []


def test_an_archived_project_is_not_there(customer):
    Project.objects.update(archived_at=clock.now())
    pk = Project.objects.latest("pk").pk

    assert [
        Client().get(f"/{root}/projects/{pk}").status_code for root in ("api", "api/limit")
    ] == [
        404,
        404,
    ]
    assert differences(*both("projects")) == []


def test_units_are_the_same_and_hidden_ones_look_reserved(customer):
    ours, theirs = both(f"projects/{Project.objects.latest('pk').pk}/units?limit=100")

    assert len(ours) == 100
    assert {"available", "reserved", "booked", "sold"} <= {unit["status"] for unit in theirs}
    assert differences(ours, theirs) == []


def test_progress_is_the_same(customer):
    ours, theirs = both(f"projects/{Project.objects.latest('pk').pk}/progress")

    assert len(ours) == 5
    assert differences(ours, theirs) == []


def test_bookings_are_the_same_in_every_state(customer, bearer):
    Booking.objects.update(customer=customer)
    found = set()
    for page in range(1, 5):
        ours, theirs = both(f"bookings?page={page}", bearer)
        assert differences(ours, theirs) == []
        found |= {booking["booking_status"] for booking in theirs["bookings"]}

    assert found == {*BookingState} - {
        BookingState.INQUIRY,
        BookingState.SITE_VISIT_SCHEDULED,
        BookingState.TRANSFERRED,
    }


def test_notifications_are_the_same_and_later_ones_are_not_there_yet(customer, bearer):
    ours, theirs = both("notifications?limit=100", bearer)

    assert theirs["total"] == Notification.objects.filter(user=customer.user).count() - 1
    assert differences(ours, theirs) == []


def test_appointments_are_the_same(customer, bearer):
    ours, theirs = both("appointments", bearer)

    assert ours["stats"] == {
        "total": 3,
        "confirmed": 1,
        "pending": 2,
        "completed": 0,
        "cancelled": 0,
        "scheduled": 1,
        "rescheduled": 1,
    }
    assert differences(ours, theirs) == []


@pytest.mark.parametrize("path", ["bookings", "notifications", "appointments"])
def test_a_session_that_ended_reads_nothing(customer, bearer, path):
    customer.user.sessions.update(revoked_at=clock.now())

    answer = json.loads(Client().get(f"/api/limit/{path}", headers=bearer).content)

    assert (answer["total"], answer[path]) == (0, [])
