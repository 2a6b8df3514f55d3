"""The agreement over HTTP (contract 0.10 and 7.5)."""

from datetime import timedelta

import pytest

from bookings import services
from realestate.core import clock
from realestate.core.api.pdf import document_link
from tests.factories.bookings import BookingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(as_, cast, booking) -> str:
    reply = as_(cast.meera).post(f"/api/bookings/{booking.pk}/generate-agreement")
    assert reply.status_code == 200, reply.content
    return reply.json()["agreement_url"]


def test_the_answer(as_, cast, booking):
    body = as_(cast.meera).post(f"/api/bookings/{booking.pk}/generate-agreement").json()
    assert {name: body[name] for name in ("message", "booking_id", "version")} == {
        "message": "The agreement was generated.",
        "booking_id": booking.pk,
        "version": 1,
    }
    assert body["generated_at"].endswith("Z")
    path = f"/api/bookings/{booking.pk}/download-agreement"
    assert body["agreement_url"].startswith(f"http://testserver{path}?token=")


def test_the_link_opens_a_pdf_without_a_login_for_ten_minutes(
    as_, cast, booking, link, time_machine
):
    reply = as_(None).get(link)
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
    assert reply.content[:5] == b"%PDF-"
    assert reply["Content-Disposition"] == f'inline; filename="AG-{booking.pk:06d}-1.pdf"'
    assert reply["Cache-Control"] == "private, no-store"
    time_machine.move_to(clock.now() + timedelta(minutes=11))
    late = as_(None).get(link)
    assert (late.status_code, late.json()["code"]) == (403, "link_expired")


def test_a_link_opens_only_what_it_is_for(as_, cast, booking, link):
    other = BookingFactory(unit__project=cast.kiran_project)
    services.generate_agreement(actor=cast.kiran, booking_id=other.pk)
    token = link.partition("?token=")[2]
    for path, wrong in (
        (f"/api/bookings/{other.pk}/download-agreement", token),
        (f"/api/bookings/{booking.pk}/download-agreement", token[:-1]),
        (f"/api/bookings/{booking.pk}/download-agreement", "x:y"),
        (f"/api/bookings/{booking.pk}/download-agreement", ""),
    ):
        reply = as_(None).get(f"{path}?token={wrong}")
        assert (reply.status_code, reply.json()["code"]) == (403, "link_expired")


@pytest.mark.parametrize(
    ("who", "status"),
    [("asha", 200), ("meera", 200), ("sana", 200), ("ravi", 404), ("kiran", 404), (None, 401)],
)
def test_R21_the_parties_read_it_with_their_token(as_, cast, booking, link, who, status):
    person = getattr(cast, who) if who else None
    reply = as_(person).get(f"/api/bookings/{booking.pk}/download-agreement")
    assert reply.status_code == status


@pytest.mark.parametrize("accept", ["application/pdf", "text/html", "application/json"])
def test_whatever_the_caller_accepts(as_, cast, booking, link, accept):
    path = f"/api/bookings/{booking.pk}/download-agreement"
    reply = as_(cast.asha).get(path, HTTP_ACCEPT=accept)
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
    assert as_(None).get(path, HTTP_ACCEPT=accept).json()["code"] == "not_authenticated"


def test_the_booking_shows_a_link_once_there_is_an_agreement(as_, cast, booking):
    api, url = as_(cast.asha), f"/api/bookings/{booking.pk}"
    assert api.get(url).json()["agreement_url"] is None
    missing = api.get(f"{url}/download-agreement")
    assert (missing.status_code, missing.json()["code"]) == (404, "agreement_not_generated")
    services.generate_agreement(actor=cast.meera, booking_id=booking.pk)
    link = api.get(url).json()["agreement_url"]
    assert as_(None).get(link).status_code == 200


def test_a_link_for_a_booking_that_has_none_is_404(as_, cast):
    link = document_link("/api/bookings/999999/download-agreement", None)
    assert as_(None).get(link).status_code == 404
