"""Uploads in either kind of store, and what happens when a bucket does not answer (G1, G2, G3)."""

import io
import struct
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from rest_framework.test import APIClient

from realestate.core import clock
from realestate.core.enums import FilePurpose
from realestate.core.errors import ServiceUnavailable
from realestate.core.files import Sweep, clean_files, keep_upload, picture_for_paper, signed_link
from realestate.core.models import StoredFile
from tests.core.conftest import bucket_options
from tests.links import ON_OUR_PAGE
from tests.pictures import FBX, GLTF, JPEG, OBJ, PDF, PNG, WEBP, glb, picture

pytestmark = pytest.mark.django_db
FUZZ = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REAL = {
    "a.png": PNG,
    "a.jpg": JPEG,
    "a.webp": WEBP,
    "a.pdf": PDF + b"\n1 0 obj << >> endobj\n%%EOF",
    "a.glb": glb(),
    "a.gltf": GLTF,
    "a.fbx": FBX,
    "a.obj": OBJ,
}


def send(api, name, content, purpose):
    form = {"file": SimpleUploadedFile(name, content), "purpose": purpose}
    return api.post("/api/files", form, format="multipart")


@pytest.fixture
def api(cast):
    """Meera, who may send everything."""
    client = APIClient()
    client.force_authenticate(cast.meera)
    return client


# --- either store ----------------------------------------------------------------------------------------------------


def test_a_picture_and_its_smaller_ones_come_back(api, kept, client):
    body = send(api, "plan.png", picture("PNG", (2000, 1000)), "image").json()
    path = StoredFile.objects.get().path
    assert kept() == {path, f"{path}-thumb", f"{path}-preview"}
    for link, size in ((body["url"], (2000, 1000)), (body["thumbnail_url"], (320, 160))):
        reply = client.get(link.removeprefix("http://testserver"), headers=ON_OUR_PAGE)
        assert reply.status_code == 200
        assert reply["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(b"".join(reply.streaming_content))) as shown:
            assert shown.size == size


def test_a_large_model_comes_back_as_it_was(api, kept, client):
    content = OBJ + b"v 0.25 0.5 0.75\n" * 400_000  # more than stays in memory
    body = send(api, "tower.obj", content, "model").json()
    reply = client.get(body["url"].removeprefix("http://testserver"), headers=ON_OUR_PAGE)
    assert reply["Content-Disposition"] == 'attachment; filename="tower.obj"'
    assert reply["Content-Length"] == str(len(content))
    assert b"".join(reply.streaming_content) == content
    assert len(kept()) == 1


def test_G1_a_refused_file_is_in_no_store(api, kept):
    assert send(api, "a.png", b"<html>", "image").status_code == 422
    assert (StoredFile.objects.count(), kept()) == (0, set())


# --- a bucket that does not answer -----------------------------------------------------------------------------------


def test_a_bucket_that_does_not_answer_is_said_so(api, cast, client, settings, s3_server):
    for address in (
        "s3+http://key:secret@127.0.0.1:9/house-files",  # nobody listens
        s3_server.replace("house-files", "other-files"),  # no such bucket
    ):
        settings.STORAGES = {**settings.STORAGES, "default": bucket_options(address)}
        reply = send(api, "a.png", PNG, "image")
        assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
        with pytest.raises(ServiceUnavailable):
            keep_upload(actor=cast.meera, name="a", content=PDF)
        assert not StoredFile.objects.exists()
    row = StoredFile.objects.create(name="a", path="ab/c", content_type="a/b", size=1, sha256="x")
    dead = bucket_options("s3+http://key:secret@127.0.0.1:9/house-files")
    settings.STORAGES = {**settings.STORAGES, "default": dead}
    reply = client.get(signed_link(row, 5).removeprefix("http://testserver"))
    assert (reply.status_code, reply.json()["code"]) == (503, "unavailable")
    with pytest.raises(ServiceUnavailable):
        picture_for_paper(row, (100, 100), "JPEG")


# --- anything at all -------------------------------------------------------------------------------------------------


def holds(api, kept, name, content, purpose):
    """Kept and readable, or refused and gone; never an error of ours."""
    before = (StoredFile.objects.count(), kept())
    reply = send(api, name, content, purpose)
    assert reply.status_code in {201, 400, 413, 422}, (reply.status_code, name, purpose, content)
    if reply.status_code == 201:
        row = StoredFile.objects.get(pk=reply.json()["id"])
        assert kept() - before[1] >= {row.path}
    else:
        assert (StoredFile.objects.count(), kept()) == before


@pytest.fixture
def folder(settings, tmp_path):
    """A folder of its own, and a function that lists it."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def listed():
        return {str(path.relative_to(tmp_path / "media")) for path in tmp_path.rglob("*/*/*")}

    return listed


@given(content=st.binary(max_size=300), name=st.sampled_from(list(REAL)), data=st.data())
@FUZZ
def test_G2_random_bytes(api, folder, content, name, data):
    head = data.draw(
        st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"glTF", b"{", b"v "])
    )
    for purpose in (FilePurpose.IMAGE, FilePurpose.ATTACHMENT, FilePurpose.MODEL):
        holds(api, folder, name, head + content, purpose)


@given(name=st.sampled_from(list(REAL)), data=st.data())
@FUZZ
def test_G2_real_files_that_were_damaged(api, folder, name, data):
    content = bytearray(REAL[name])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    cut = bytes(content[:end]) + data.draw(st.binary(max_size=40))
    for purpose in (FilePurpose.ATTACHMENT, FilePurpose.MODEL):
        holds(api, folder, name, cut, purpose)


@given(name=st.text(min_size=1, max_size=300))
@FUZZ
def test_G1_any_name(api, folder, name):
    files = SimpleUploadedFile("x", PDF)
    files._name = name  # past Django's own cleaning, which a hostile client does not do
    reply = api.post("/api/files", {"file": files}, format="multipart")
    assert reply.status_code in {201, 400, 422}, name
    if reply.status_code == 201:
        shown = reply.json()["name"]
        assert shown.endswith(".pdf")
        assert not set(shown) & set("/\\\x00\r\n")


@given(sizes=st.tuples(*[st.integers(0, 2**32 - 1)] * 3))
@FUZZ
def test_G1_any_header_of_a_binary_model(api, folder, sizes):
    head = struct.pack("<4sIII", b"glTF", *sizes) + b"JSON" + GLTF
    holds(api, folder, "a.glb", head, FilePurpose.MODEL)


# --- clean-up --------------------------------------------------------------------------------------------------------


def test_the_clean_up_works_in_either_store(api, cast, kept, time_machine):
    row = keep_upload(actor=cast.meera, name="a", content=PNG)
    StoredFile.objects.filter(pk=row.pk).delete()
    stays = keep_upload(actor=cast.meera, name="b", content=PDF)
    names = {row.path, f"{row.path}-thumb", f"{row.path}-preview"}
    assert clean_files() == Sweep([], [])
    time_machine.move_to(clock.now() + timedelta(days=2))
    assert set(clean_files().names) == names
    assert kept() == {stays.path}
    time_machine.shift(timedelta(days=7))
    assert clean_files() == Sweep([stays.pk], [])
    assert (kept(), clean_files()) == (set(), Sweep([], []))
