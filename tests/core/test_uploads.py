"""Sending files: what they are is said by their content."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from realestate.core.files import uploads
from realestate.core.models import AuditEntry, StoredFile

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%"
PNG = b"\x89PNG\r\n\x1a\n picture"
JPEG = b"\xff\xd8\xff\xe0rest"
WEBP = b"RIFF\x00\x00\x00\x00WEBPrest"


def send(user, content: bytes, name: str = "proof.pdf", field: str = "file"):
    api = APIClient()
    api.force_authenticate(user)
    return api.post("/api/files", {field: SimpleUploadedFile(name, content)}, format="multipart")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
    ],
)
def test_a_file_is_kept_as_what_it_is(cast, content, media_type):
    reply = send(cast.asha, content, "../secret/scan\u202e.exe")
    assert reply.status_code == 201, reply.content
    row = StoredFile.objects.get()
    assert reply.json() == {
        "id": row.pk,
        "name": "scan.exe",
        "content_type": media_type,
        "size": len(content),
    }
    assert (row.owner_id, row.visibility) == (cast.asha.pk, "private")
    assert AuditEntry.objects.get(object_type="core.storedfile").actor_id == cast.asha.pk


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"MZ\x90\x00", 422, "unknown_file_type"),
        (b"<svg onload=alert(1)>", 422, "unknown_file_type"),
        (b"RIFF\x00\x00\x00\x00WAVE", 422, "unknown_file_type"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused(cast, content, status, code):
    reply = send(cast.asha, content)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert not StoredFile.objects.exists()


def test_a_file_that_is_too_large_is_refused(cast, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 10)
    with pytest.raises(uploads.FileTooLarge):
        uploads.keep_upload(actor=cast.asha, name="a.pdf", content=PDF + b"1")
    assert uploads.keep_upload(actor=cast.asha, name="a.pdf", content=PDF[:10]).size == 10


def test_over_http_nobody_reads_more_than_the_limit(cast):
    reply = send(cast.asha, PDF + b"0" * uploads.MAX_BYTES)
    assert (reply.status_code, reply.json()["code"]) == (413, "file_too_large")
    assert not StoredFile.objects.exists()


def test_a_form_without_a_file_and_a_body_that_is_no_form_are_refused(cast):
    assert send(cast.asha, PDF, field="other").json()["errors"] == {
        "file": ["No file was submitted."]
    }
    api = APIClient()
    api.force_authenticate(cast.asha)
    reply = api.post("/api/files", json.dumps({"file": "x"}), content_type="application/json")
    assert reply.status_code == 415
    broken = api.generic(
        "POST", "/api/files", b"\x00\xff", content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code == 400
    assert not StoredFile.objects.exists()


def test_strangers_send_nothing(db):
    assert send(None, PDF).status_code == 401
