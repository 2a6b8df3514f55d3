"""Sketches and photos of a change request: uploaded files that both parties open, strangers never (issue 4.3, 4.7)."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from bookings.models import ChangeRequest
from realestate.core import clock
from realestate.core.files import clean_files, keep_upload
from realestate.core.models import StoredFile
from tests.factories.bookings import BookingFactory
from tests.pictures import PNG

ASK = "/api/change-requests"


@pytest.fixture
def sketch(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return keep_upload(actor=cast.asha, name="sketch.png", content=PNG)


@pytest.fixture
def wish(cast, sketch):
    booking = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    return {
        "booking_id": booking.pk,
        "request_type": "electrical",
        "request_title": "Sockets",
        "request_description": "Where the sketch shows them",
        "attachments": [f"/api/files/{sketch.pk}", "https://example.com/plan.pdf"],
    }


def test_both_parties_open_the_sketch_and_strangers_do_not(cast, as_, wish, sketch):
    made = as_(cast.asha).post(ASK, wish)
    assert made.status_code == 201, made.content
    row = ChangeRequest.objects.get()
    assert row.attachments == wish["attachments"]
    shown = as_(cast.meera).get(f"{ASK}/{row.pk}").json()["attachments"]
    assert shown[1] == "https://example.com/plan.pdf"
    assert as_(cast.ravi).get(f"{ASK}/{row.pk}").status_code == 404
    assert as_(cast.ravi).get(f"/api/files/{sketch.pk}").status_code == 404
    opened = as_(cast.meera).get(f"{urlsplit(shown[0]).path}?{urlsplit(shown[0]).query}")
    assert opened.status_code == 200
    opened.close()


def test_files_of_others_cannot_be_attached(cast, as_, wish, sketch):
    StoredFile.objects.filter(pk=sketch.pk).update(owner=cast.ravi)
    reply = as_(cast.asha).post(ASK, wish)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["attachments"])
    assert not ChangeRequest.objects.exists()


def test_an_attached_sketch_is_not_swept_away(cast, as_, wish, sketch, time_machine):
    as_(cast.asha).post(ASK, wish)
    time_machine.move_to(clock.now() + timedelta(days=30))
    assert clean_files().rows == []
    assert StoredFile.objects.filter(pk=sketch.pk).exists()
