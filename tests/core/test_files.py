"""Stored files: random names, signed links, and headers that keep a file from doing anything (G1, G3, D29)."""

import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import Signer

from realestate.core.enums import Visibility
from realestate.core.errors import InvalidValue
from realestate.core.files import file_url, opens, signed_link, store_file
from realestate.core.files.storing import readable_name
from realestate.core.models import AuditEntry, StoredFile
from tests import pictures
from tests.links import NOBODY

PNG = b"\x89PNG\r\n\x1a\n picture"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_either_store(kept):
    """All of this holds for a folder and for a bucket."""


def store(cast, **values):
    given = {
        "actor": cast.meera,
        "name": "plan.png",
        "content": PNG,
        "content_type": "image/png",
        "visibility": Visibility.PUBLIC,
    }
    return store_file(**given | values)


def test_a_file_is_stored_under_a_random_name_with_size_and_checksum(cast):
    file = store(cast)
    again = store(cast)
    row = StoredFile.objects.get(pk=file.pk)
    assert (row.owner_id, row.name, row.content_type, row.size, row.visibility) == (
        cast.meera.pk,
        "plan.png",
        "image/png",
        len(PNG),
        "public",
    )
    assert row.sha256 == hashlib.sha256(PNG).hexdigest()
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", row.path)
    assert row.path != again.path
    with default_storage.open(row.path) as content:
        assert content.read() == PNG
    entry = AuditEntry.objects.filter(object_id=row.pk).get()
    assert (entry.action, entry.after) == ("stored", {"name": "plan.png", "sha256": row.sha256})


def test_files_are_private_unless_said_otherwise(cast):
    file = store_file(actor=None, name="a", content=b"a", content_type="text/plain")
    assert (file.visibility, file.owner) == (Visibility.PRIVATE, None)


def test_C9_a_row_that_is_refused_leaves_no_file(cast, kept):
    with pytest.raises(InvalidValue):
        store(cast, visibility="galaxy")
    assert (StoredFile.objects.count(), kept()) == (0, set())


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "png",
        "image/",
        "/png",
        "image/png; charset=x",
        "text/html\r\nX: y",
        "IMAGE/PNG",
        "a/" + "b" * 99,
    ],
)
def test_a_content_type_that_is_none_is_refused(cast, kept, content_type):
    with pytest.raises(InvalidValue) as refusal:
        store(cast, content_type=content_type)
    assert list(refusal.value.errors) == ["content_type"]
    assert (StoredFile.objects.count(), kept()) == (0, set())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plan.png", "plan.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\asha\\plan.png", "plan.png"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("a\u0000b\r\nSet-Cookie: x.png", "abSet-Cookie: x.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("  my   plan .png ", "my plan .png"),
        ("नक्शा.pdf", "नक्शा.pdf"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
def test_G1_the_name_that_people_see_is_harmless(given, shown):
    assert readable_name(given) == shown


# --- links -----------------------------------------------------------------------------------------------------------


def path_of(link):
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == "http://testserver"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def fetch(client, link):
    reply = client.get(path_of(link), headers={"Origin": "http://localhost:3000"})
    if reply.status_code == 200:
        reply.body = b"".join(reply.streaming_content)
    return reply


def refused(reply):
    return (reply.status_code, reply.json()["code"]) == (404, "not_found")


def test_a_public_file_opens_for_everybody(cast, client):
    reply = fetch(client, file_url(store(cast)))
    assert (reply.status_code, reply.body) == (200, PNG)
    assert reply["Content-Type"] == "image/png"
    assert reply["Content-Disposition"] == 'inline; filename="plan.png"'
    assert reply["Content-Length"] == str(len(PNG))
    assert reply["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"


def test_G3_a_private_file_opens_with_a_signed_link_only(cast, client):
    file = store(cast, visibility=Visibility.PRIVATE)
    assert refused(fetch(client, file_url(file)))
    reply = fetch(client, signed_link(file, 15))
    assert (reply.status_code, reply.body) == (200, PNG)
    assert reply["Cache-Control"] == "private, no-store"


def test_G3_a_signed_link_ends(cast, client, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    link = signed_link(store(cast, visibility=Visibility.PRIVATE), 15)
    time_machine.shift(timedelta(minutes=14, seconds=59))
    assert fetch(client, link).status_code == 200
    time_machine.shift(timedelta(seconds=1))
    assert refused(fetch(client, link))


def test_G3_a_link_opens_its_own_file_only(cast, client):
    file, other = (store(cast, visibility=Visibility.PRIVATE) for _ in range(2))
    assert refused(fetch(client, signed_link(file, 15).replace(f"/{file.pk}?", f"/{other.pk}?")))


def test_G3_links_in_answers_are_made_for_who_reads_them(cast, as_):
    form = {"file": SimpleUploadedFile("plan.png", pictures.PNG), "purpose": "attachment"}
    sent = as_(cast.asha).post("/api/files", form, format="multipart").json()
    body = {
        "project_id": cast.meera_project.pk,
        "content": "See.",
        "attachments": [f"/api/files/{sent['id']}"],
    }
    assert as_(cast.asha).post("/api/messages", body, format="json").status_code == 201
    [row] = as_(cast.meera).get("/api/messages").json()["messages"]
    for_asha = (sent["url"], sent["thumbnail_url"])
    for_meera = (row["attachments"][0], row["attachment_url"])
    for links, reader, other in (
        (for_asha, cast.asha, cast.meera),
        (for_meera, cast.meera, cast.asha),
    ):
        for link in links:
            assert fetch(as_(reader), link).status_code == 200
            assert refused(fetch(as_(other), link))


def test_G3_forged_tokens_are_refused(cast):
    file = store(cast, visibility=Visibility.PRIVATE)
    token = parse_qs(urlsplit(signed_link(file, 15)).query)["token"][0]
    assert opens(token, file.pk, NOBODY)
    payload, _, signature = token.rpartition(":")
    forged = Signer(salt="something else").sign_object([file.pk, 2**40, None])
    not_a_pair = Signer(salt="realestate.core.files").sign_object({"id": file.pk})
    odd = Signer(salt="realestate.core.files").sign_object([file.pk, "never", None])
    nobodys = Signer(salt="realestate.core.files").sign_object([file.pk, 2**40, [7]])
    for bad in (
        "",
        "x",
        "\u0000",
        "é",
        payload,
        f"{payload}:",
        f"{payload}x:{signature}",
        forged,
        not_a_pair,
        nobodys,
    ):
        assert not opens(bad, file.pk, NOBODY), bad
    assert not opens(token.swapcase(), file.pk, NOBODY)
    assert not opens(odd, file.pk, NOBODY)


@pytest.mark.parametrize(
    "content_type", ["text/html", "image/svg+xml", "application/pdf", "text/plain"]
)
def test_G3_what_could_run_is_saved_and_not_shown(cast, client, content_type):
    file = store(cast, content_type=content_type, name='नक्शा".html', content=b"<script>")
    reply = fetch(client, file_url(file))
    assert reply["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert reply["Content-Type"] == content_type


def test_a_row_without_its_file_is_missing(cast, client):
    file = store(cast)
    default_storage.delete(file.path)
    assert refused(fetch(client, file_url(file)))


@pytest.mark.parametrize("file_id", ["0", str(2**63), "9" * 40])
def test_ids_that_no_file_can_have(client, file_id):
    reply = client.get(f"/api/files/{file_id}")
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
