"""Appointments over HTTP (contract 7.6): booked, answered, moved and cancelled."""

from datetime import timedelta

import pytest

from realestate.core import clock
from scheduling import services
from scheduling.enums import AppointmentAction
from scheduling.models import Appointment
from tests.factories.scheduling import AppointmentFactory
from tests.scheduling.conftest import URL, stored, wire


def test_a_customer_books_as_the_frontend_does(cast, as_, at):
    reply = as_(cast.asha).post(
        URL,
        {
            "project_id": cast.meera_project.pk,
            "appointment_date": at(10).replace(tzinfo=None).isoformat(),
            "appointment_type": "site-visit",
            "meeting_location": "At the show flat, gate 2",
            "notes": "Two of us",
            "customer_id": cast.ravi.pk,
            "created_by": cast.ravi.pk,
            "status": "completed",
        },
    )
    assert reply.status_code == 201
    body = reply.json()
    assert (body["customer_id"], body["created_by"], body["host_name"], body["status"]) == (
        cast.asha.pk,
        cast.asha.pk,
        "Meera Homes",
        "scheduled",
    )
    assert (body["appointment_date"], body["appointment_time"]) == (wire(at(10)), "10:00 AM")
    assert (body["meeting_location"], body["location"]) == ("site", "At the show flat, gate 2")
    assert body["notes"] == "Two of us"
    assert body == as_(cast.asha).get(f"{URL}/{body['id']}").json()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, ("site", "")),
        ({"meeting_location": "Online"}, ("online", "")),
        (
            {"meeting_location": "https://meet.example.com/a"},
            ("online", "https://meet.example.com/a"),
        ),
        ({"meeting_location": "office", "location": "2nd floor"}, ("office", "2nd floor")),
        ({"meeting_location": "Gate 2", "location": "Gate 3"}, ("site", "Gate 3")),
        ({"location": "Gate 3"}, ("site", "Gate 3")),
        ({"meeting_location": ""}, ("site", "")),
    ],
)
def test_meeting_places(cast, as_, at, sent, kept):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "virtual",
        **sent,
    }
    row = as_(cast.asha).post(URL, body).json()
    assert (row["meeting_location"], row["location"]) == kept
    assert row["appointment_type"] == "virtual_tour"


def test_the_same_key_books_once(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
    }
    api = as_(cast.asha)
    replies = [api.post(URL, body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json() == replies[1].json()
    assert Appointment.objects.count() == 1


def test_a_taken_slot_is_409(cast, as_, visit, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10, 30).isoformat(),
        "appointment_type": "site_visit",
    }
    reply = as_(cast.ravi).post(URL, body)
    assert (reply.status_code, reply.json()["code"]) == (409, "slot_taken")


def test_a_builder_must_name_a_customer_it_knows(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
    }
    reply = as_(cast.meera).post(URL, body)
    assert (reply.status_code, reply.json()["errors"]) == (
        400,
        {"customer_id": ["This field is required."]},
    )
    assert as_(cast.meera).post(URL, body | {"customer_id": cast.asha.pk}).status_code == 404
    assert as_(cast.meera).post(URL, body | {"customer_id": 10**9}).status_code == 404
    assert stored() == []
    cast.meera.builder.relations.create(customer=cast.asha.customer)
    assert as_(cast.meera).post(URL, body | {"customer_id": cast.asha.pk}).status_code == 201


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ("confirmed", "confirmed"),
        ("CONFIRMED", "confirmed"),
        ("completed", "completed"),
        ("cancelled", "cancelled"),
        ("no_show", "cancelled"),
    ],
)
def test_the_builder_sets_the_status(cast, as_, asked, becomes):
    start = clock.now() - timedelta(hours=2)
    row = AppointmentFactory(
        project=cast.meera_project, starts_at=start, ends_at=start + timedelta(hours=1)
    )
    reply = as_(cast.meera).patch(f"{URL}/{row.pk}/status", {"status": asked})
    assert (reply.status_code, reply.json()["status"]) == (200, becomes)
    assert reply.json()["outcome"] == ("no_show" if asked == "no_show" else "")


def test_pending_takes_a_confirmation_back(cast, as_, visit):
    url = f"{URL}/{visit.pk}/status"
    as_(cast.meera).patch(url, {"status": "confirmed"})
    reply = as_(cast.meera).patch(url, {"status": "pending"})
    assert (reply.status_code, reply.json()["status"]) == (200, "scheduled")
    reply = as_(cast.meera).patch(url, {"status": "pending"})
    assert (reply.status_code, reply.json()["code"]) == (409, "invalid_transition")
    assert reply.json()["allowed"] == ["confirm", "reschedule", "complete", "no_show", "cancel"]


def test_customers_may_only_cancel(cast, as_, visit):
    url = f"{URL}/{visit.pk}/status"
    assert as_(cast.asha).patch(url, {"status": "confirmed"}).status_code == 403
    assert as_(cast.asha).patch(url, {"status": "cancelled"}).json()["status"] == "cancelled"


def test_completed_only_after_the_start(cast, as_, visit):
    reply = as_(cast.meera).patch(f"{URL}/{visit.pk}/status", {"status": "completed"})
    assert (reply.status_code, reply.json()["code"]) == (422, "appointment_not_started")


def test_delete_cancels_and_keeps_the_row(cast, as_, visit):
    reply = as_(cast.asha).delete(f"{URL}/{visit.pk}")
    assert (reply.status_code, reply.json()) == (
        200,
        {"message": "The appointment was cancelled.", "success": True},
    )
    assert as_(cast.asha).get(f"{URL}/{visit.pk}").json()["status"] == "cancelled"
    assert as_(cast.asha).delete(f"{URL}/{visit.pk}").status_code == 409


def test_a_reschedule_is_emitted_as_scheduled_with_its_reason(cast, as_, visit, at):
    services.move_appointment(
        actor=cast.meera, appointment_id=visit.pk, action=AppointmentAction.CONFIRM
    )
    reply = as_(cast.asha).patch(
        f"{URL}/{visit.pk}/reschedule",
        {
            "appointment_date": at(15, 30).isoformat(),
            "meeting_location": "Gate 2",
            "reschedule_reason": "Late",
        },
    )
    assert reply.status_code == 200
    body = reply.json()
    assert (body["status"], body["reschedule_reason"], body["appointment_time"]) == (
        "scheduled",
        "Late",
        "03:30 PM",
    )
    assert (body["meeting_location"], body["location"]) == ("site", "Gate 2")
    stats = as_(cast.asha).get(URL).json()["stats"]
    assert (stats["pending"], stats["scheduled"], stats["rescheduled"]) == (1, 0, 1)


@pytest.mark.parametrize("person", ["ravi", "kiran", None])
def test_R21_strangers_change_nothing(cast, as_, visit, at, person):
    api = as_(getattr(cast, person) if person else None)
    before = stored()
    refused = 404 if person else 401
    when = {"appointment_date": at(15).isoformat()}
    assert api.get(f"{URL}/{visit.pk}").status_code == refused
    assert api.delete(f"{URL}/{visit.pk}").status_code == refused
    assert api.patch(f"{URL}/{visit.pk}/status", {"status": "cancelled"}).status_code == refused
    assert api.patch(f"{URL}/{visit.pk}/reschedule", when).status_code == refused
    assert stored() == before


def test_dates_only_is_midnight_there(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": f"{at(10):%Y-%m-%d}",
        "appointment_type": "handover",
    }
    row = as_(cast.asha).post(URL, body).json()
    assert row["appointment_time"] == "12:00 AM"
