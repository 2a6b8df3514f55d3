"""Uploaded files on messages: the recipient opens them by a link that ends, strangers never (issue 4.4, 4.7)."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from messaging.models import Message
from realestate.core import clock
from realestate.core.files import clean_files, keep_upload
from realestate.core.models import StoredFile
from tests.links import ON_OUR_PAGE
from tests.pictures import PNG

SEND = "/api/messages"


@pytest.fixture
def photo(cast, settings, tmp_path) -> StoredFile:
    settings.MEDIA_ROOT = tmp_path
    return keep_upload(actor=cast.asha, name="crack.png", content=PNG)


def message(cast, **changes):
    return {"project_id": cast.meera_project.pk, "content": "Look", **changes}


def test_the_recipient_opens_the_file_until_the_link_ends(cast, as_, photo, time_machine):
    time_machine.move_to(clock.now(), tick=False)
    sent = as_(cast.asha).post(SEND, message(cast, attachments=[f"/api/files/{photo.pk}"]))
    assert sent.status_code == 201
    assert Message.objects.get().attachments == [f"/api/files/{photo.pk}"]
    [row] = as_(cast.meera).get(SEND).json()["messages"]
    [link] = row["attachments"]
    assert row["attachment_url"] == link
    path = f"{urlsplit(link).path}?{urlsplit(link).query}"
    assert as_(cast.ravi).get(f"/api/files/{photo.pk}").status_code == 404
    now = clock.now()
    time_machine.move_to(now + timedelta(minutes=61), tick=False)
    assert as_(cast.meera).get(path).status_code == 404
    time_machine.move_to(now, tick=False)
    shown = as_(None).get(path, headers=ON_OUR_PAGE)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content).startswith(b"\x89PNG")
    shown.close()


def test_the_address_that_the_upload_answered_may_be_sent_as_it_is(cast, as_, photo):
    link = f"http://testserver/api/files/{photo.pk}?token=abc"
    assert as_(cast.asha).post(SEND, message(cast, attachment_url=link)).status_code == 201
    assert Message.objects.get().attachments == [f"/api/files/{photo.pk}"]


@pytest.mark.parametrize("address", ["/api/files/{pk}", "http://testserver/api/files/{pk}?token=x"])
def test_files_of_others_and_files_that_are_not_there_cannot_be_sent(cast, as_, photo, address):
    for person, key in ((cast.ravi, photo.pk), (cast.asha, 10**9)):
        reply = as_(person).post(SEND, message(cast, attachments=[address.format(pk=key)]))
        assert reply.status_code == 400
        assert "attachments" in reply.json()["errors"]
    assert not Message.objects.exists()


def test_web_addresses_are_kept_as_they_are(cast, as_):
    for address in ("https://example.com/api/files/3", "https://example.com/a.pdf"):
        as_(cast.asha).post(SEND, message(cast, attachments=[address]))
        assert Message.objects.latest("pk").attachments == [address]


def test_an_attached_file_is_not_swept_away(cast, as_, photo, time_machine):
    as_(cast.asha).post(SEND, message(cast, attachments=[f"/api/files/{photo.pk}"]))
    time_machine.move_to(clock.now() + timedelta(days=30))
    assert clean_files().rows == []
    assert StoredFile.objects.filter(pk=photo.pk).exists()
