"""Sending files: what they are is said by their content, how large they may be by their purpose (D29, G1)."""

import io
import json
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from rest_framework.test import APIClient

from realestate.core.enums import FilePurpose
from realestate.core.errors import InvalidValue, NotAllowed
from realestate.core.files import keep_upload, limits, uploads
from realestate.core.models import AuditEntry, StoredFile, SystemSetting
from tests.links import ON_OUR_PAGE
from tests.pictures import BLEND, FBX, GLTF, JPEG, OBJ, PDF, PNG, WEBP, glb, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_folder_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def stored_files():
    return [path.name for path in Path(default_storage.location).rglob("*") if path.is_file()]


def send(user, content: bytes, name: str = "proof", field: str = "file", **form):
    """A form as a hostile client writes it: the name is sent as it is."""
    api = APIClient()
    api.force_authenticate(user)
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{form[key]}' for key in form
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    body = "\r\n".join([*parts, head]).encode() + content + b"\r\n--x--\r\n"
    return api.generic("POST", "/api/files", body, content_type="multipart/form-data; boundary=x")


def set_limit(key: str, value: object) -> None:
    SystemSetting.objects.create(key=key, scope="system", scope_id=0, value=value)


def refused(reply, status, code):
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.content
    assert (StoredFile.objects.count(), stored_files()) == (0, [])


# --- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type", "ending", "size"),
    [
        (PDF, "application/pdf", "pdf", None),
        (PNG, "image/png", "png", (40, 30)),
        (JPEG, "image/jpeg", "jpg", (40, 30)),
        (WEBP, "image/webp", "webp", (40, 30)),
    ],
)
def test_a_file_is_kept_as_what_it_is(cast, content, media_type, ending, size):
    reply = send(cast.asha, content, f"../secret/scan\u202e.{ending}")
    assert reply.status_code == 201, reply.content
    row = StoredFile.objects.get()
    body = reply.json()
    width, height = size or (None, None)
    link = f"http://testserver/api/files/{row.pk}?token="
    assert body == {
        "id": row.pk,
        "name": f"scan.{ending}",
        "content_type": media_type,
        "size": row.size,
        "purpose": "attachment",
        "width": width,
        "height": height,
        "url": body["url"],
        "thumbnail_url": body["thumbnail_url"],
    }
    assert body["url"].startswith(link)
    assert (body["thumbnail_url"] or "").startswith(link if size else "")
    assert (row.owner_id, row.visibility) == (cast.asha.pk, "private")
    assert len(stored_files()) == (3 if size else 1)
    assert AuditEntry.objects.get(object_type="core.storedfile").actor_id == cast.asha.pk


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (glb(), "model/gltf-binary", "lobby.glb"),
        (GLTF, "model/gltf+json", "lobby.gltf"),
        (b"\xef\xbb\xbf " + GLTF, "model/gltf+json", "lobby.gltf"),
        (FBX, "application/x-fbx", "lobby.FBX"),
        (b"; FBX 7.4.0 project file\n", "application/x-fbx", "lobby.fbx"),
        (BLEND, "application/x-blender", "lobby.blend"),
        (b"BLENDER17-01v0500" + bytes(9), "application/x-blender", "lobby.blend"),
        (OBJ, "model/obj", "lobby.obj"),
        (OBJ + b"v 1.5e-3 -2 .5 1\n" * 9000, "model/obj", "lobby.obj"),
    ],
)
def test_3D_models_are_known_by_their_content(cast, content, media_type, name):
    reply = send(cast.meera, content, name, purpose="model")
    assert reply.status_code == 201, reply.content
    row = StoredFile.objects.get()
    assert (row.content_type, row.name, row.purpose) == (media_type, name, "model")
    with default_storage.open(row.path) as kept:
        assert kept.read() == content


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00",
        b"\x00",
        b"<svg onload=alert(1)>",
        b"<html><script>alert(1)</script>",
        b"\n\n<!DOCTYPE html>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"GIF89a" + bytes(20),
        b"PK\x03\x04" + bytes(30),
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        b"#!/bin/sh\nrm -rf /\n",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"asset": {"version": 2}}',
        b'{"asset": "2.0"}',
        b"\x1f\x8b" + bytes(20),
        b"\x28\xb5\x2f\xfd" + bytes(20),
        glb(version=1),
        glb(extra=1),
        glb()[:19],
        b"v 0 0 0\nv 1 0 0\nv 0 1 0\n<script>alert(1)</script>\n",
        b"v 0 0 0\nv 1 0 0\n",
        b"v 0 0 0\nv 1 0 0\nv 0 1 0\n\x00",
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.glb", "a.obj"])
def test_G1_what_is_nothing_that_is_known_is_refused(cast, content, name):
    for purpose in FilePurpose:
        refused(send(cast.meera, content, name, purpose=purpose), 422, "unknown_file_type")


@pytest.mark.parametrize("part", ["buffers", "images"])
def test_a_model_that_points_to_other_files_is_refused(cast, part):
    for rows in ([{"uri": "https://evil.example/x.bin"}], [{"uri": "../x.bin"}], {"uri": "x"}):
        scene = json.dumps({"asset": {"version": "2.0"}, part: rows}).encode()
        refused(send(cast.meera, scene, "a.gltf", purpose="model"), 422, "model_not_whole")
    own = [{"uri": "data:application/octet-stream;base64,AAAA"}, {"bufferView": 0}]
    scene = json.dumps({"asset": {"version": "2.0"}, part: own}).encode()
    assert send(cast.meera, scene, "a.gltf", purpose="model").status_code == 201


@pytest.mark.parametrize(
    ("purpose", "content", "name"),
    [
        ("image", PDF, "a.pdf"),
        ("document", PNG, "a.png"),
        ("model", PNG, "a.png"),
        ("attachment", glb(), "a.glb"),
        ("proof", OBJ, "a.obj"),
    ],
)
def test_each_purpose_takes_its_own_kinds(cast, purpose, content, name):
    reply = send(cast.meera, content, name, purpose=purpose)
    assert reply.json()["allowed"] == sorted(limits.kinds_for(FilePurpose(purpose)))
    refused(reply, 422, "unknown_file_type")


@pytest.mark.parametrize(
    ("content", "name", "purpose"),
    [
        (PNG, "a.html", "image"),
        (PNG, "a.png.svg", "image"),
        (PDF, "scan.exe", "document"),
        (JPEG, "a.png", "attachment"),
        (glb(), "a.gltf", "model"),
        (GLTF, "a.glb", "model"),
        (OBJ, "lobby", "model"),
        (FBX, "fbx", "model"),
        (OBJ, ".obj", "model"),
    ],
)
def test_D29_a_name_that_says_something_else_is_refused(cast, content, name, purpose):
    refused(send(cast.meera, content, name, purpose=purpose), 422, "file_name_mismatch")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo", "photo.png"),
        ("Dr. Rao", "Dr. Rao.png"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\\\..\\\\boot.PNG", "boot.PNG"),
        ("/etc/cron.d/x.png", "x.png"),
        ("a\u202egnp.png", "agnp.png"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("x" * 300, "x" * 190 + ".png"),
    ],
)
def test_G1_names_lead_nowhere(cast, given, kept):
    reply = send(cast.asha, PNG, given)
    assert (reply.status_code, reply.json()["name"]) == (201, kept)
    row = StoredFile.objects.get()
    names = {row.path[3:], f"{row.path[3:]}-thumb", f"{row.path[3:]}-preview"}
    assert set(stored_files()) == names


# --- limits ----------------------------------------------------------------------------------------------------------


def test_an_empty_file_is_refused(cast):
    refused(send(cast.asha, b""), 422, "empty_file")


@pytest.mark.parametrize("purpose", list(FilePurpose))
def test_each_purpose_has_its_limit(cast, monkeypatch, purpose):
    content = OBJ if purpose == FilePurpose.MODEL else PDF if purpose != FilePurpose.IMAGE else PNG
    name = "a.obj" if purpose == FilePurpose.MODEL else "a"
    monkeypatch.setattr(limits, "MEGABYTE", len(content) - 1)
    set_limit(f"platform.{purpose}_max_megabytes", 1)
    with pytest.raises(uploads.FileTooLarge) as refusal:
        keep_upload(actor=cast.meera, name=name, content=content, purpose=purpose)
    assert refusal.value.extra == {"maximum": len(content) - 1}
    assert (StoredFile.objects.count(), stored_files()) == (0, [])
    monkeypatch.setattr(limits, "MEGABYTE", len(content))
    assert keep_upload(actor=cast.meera, name=name, content=content, purpose=purpose).pk


def test_over_http_the_limit_holds(cast):
    set_limit("platform.proof_max_megabytes", 1)
    content = PDF + b"0" * (1_000_001 - len(PDF))
    refused(send(cast.asha, content, purpose="proof"), 413, "file_too_large")
    assert send(cast.asha, content[:-1], purpose="proof").status_code == 201


def test_F6_a_form_that_is_too_long_is_not_even_read(cast):
    """The body is never touched: reading it would fail, as there is no more of it."""
    api = APIClient()
    for user, megabytes in ((cast.asha, 21), (cast.meera, 101)):
        api.force_authenticate(user)
        for length in (str(megabytes * 1_000_000), "-1", "9" * 30):
            reply = api.generic(
                "POST",
                "/api/files",
                b"x",
                content_type="multipart/form-data; boundary=x",
                CONTENT_LENGTH=length,
            )
            refused(reply, 413, "file_too_large")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("platform.image_kinds", ["png", "svg"]),
        ("platform.image_kinds", ["pdf"]),
        ("platform.model_kinds", ["png"]),
        ("platform.document_kinds", []),
    ],
)
def test_settings_name_only_kinds_that_are_known(key, value):
    purpose = FilePurpose(key.removeprefix("platform.").removesuffix("_kinds"))
    with pytest.raises(InvalidValue):
        limits.KINDS_FOR[purpose].clean(value)


def test_a_setting_narrows_what_is_taken(cast):
    set_limit("platform.image_kinds", ["png", "webp"])
    assert send(cast.asha, PNG, purpose="image").status_code == 201
    assert send(cast.asha, JPEG, purpose="image").json()["code"] == "unknown_file_type"


def test_customers_send_no_models(cast):
    refused(send(cast.asha, glb(), "a.glb", purpose="model"), 403, "permission_denied")
    with pytest.raises(NotAllowed):
        keep_upload(actor=cast.asha, name="a.glb", content=glb(), purpose=FilePurpose.MODEL)


def test_a_form_without_a_file_and_a_body_that_is_no_form_are_refused(cast):
    assert send(cast.asha, PDF, field="other").json()["errors"] == {
        "file": ["No file was submitted."]
    }
    assert list(send(cast.asha, PDF, purpose="virus").json()["errors"]) == ["purpose"]
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


# --- pictures --------------------------------------------------------------------------------------------------------


def shown(reply) -> Image.Image:
    return Image.open(io.BytesIO(b"".join(reply.streaming_content)))


def test_G2_a_photo_is_turned_upright_and_loses_its_place(cast, client):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif[0x010F] = "Camera of Asha"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture("JPEG", (60, 40), exif=exif, comment=b"at home")
    reply = send(cast.asha, sent, "photo.jpg", purpose="image").json()
    assert (reply["width"], reply["height"]) == (40, 60)
    photo = client.get(reply["url"].removeprefix("http://testserver"), headers=ON_OUR_PAGE)
    body = b"".join(photo.streaming_content)
    assert [word for word in (b"Camera", b"at home", b"Exif") if word in body] == []
    with Image.open(io.BytesIO(body)) as kept:
        assert (kept.size, kept.format, dict(kept.getexif())) == ((40, 60), "JPEG", {})
        red, _green, blue = kept.convert("RGB").getpixel((20, 5))
        assert blue > red  # the left half was blue; turned by a quarter it is on top


@pytest.mark.parametrize(
    ("form", "trailer"), [("PNG", b"<script>alert(1)</script>"), ("JPEG", b"PK\x03\x04virus")]
)
def test_G1_what_hangs_behind_a_picture_is_gone(cast, form, trailer):
    send(cast.asha, picture(form) + trailer)
    with default_storage.open(StoredFile.objects.get().path) as kept:
        assert trailer not in kept.read()


@pytest.mark.parametrize(
    ("size", "thumb", "preview"),
    [
        ((2000, 1000), (320, 160), (1280, 640)),
        ((100, 50), (100, 50), (100, 50)),
        ((3000, 1), (320, 1), (1280, 1)),
    ],
)
def test_a_picture_has_smaller_ones(cast, client, size, thumb, preview):
    body = send(cast.asha, picture("PNG", size), purpose="image").json()
    path = body["url"].removeprefix("http://testserver")
    assert body["thumbnail_url"] == f"{body['url']}&size=thumb"
    for name, expected in (("thumb", thumb), ("preview", preview), ("vast", size), ("", size)):
        reply = client.get(f"{path}&size={name}", headers=ON_OUR_PAGE)
        small = shown(reply)
        assert (small.size, reply["X-Content-Type-Options"]) == (expected, "nosniff")
        form, ending = ("WEBP", "webp") if name in {"thumb", "preview"} else ("PNG", "png")
        assert (small.format, reply["Content-Type"]) == (form, f"image/{ending}")
        assert reply["Content-Disposition"] == f'inline; filename="proof.{ending}"'
    assert client.get(f"/api/files/{body['id']}?size=thumb").status_code == 404


def test_an_older_picture_and_a_document_are_their_own_smaller_ones(cast, client):
    for content, size in ((PNG, None), (PDF, None)):
        row = keep_upload(actor=cast.asha, name="a", content=content)
        StoredFile.objects.filter(pk=row.pk).update(visibility="public", width=size)
        reply = client.get(f"/api/files/{row.pk}?size=thumb")
        assert reply["Content-Type"] == row.content_type
        assert len(b"".join(reply.streaming_content)) == row.size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "CMYK"])
def test_every_sort_of_picture_is_drawn_anew(cast, mode):
    out = io.BytesIO()
    image = Image.new("L" if mode == "PA" else mode, (20, 10))
    form = "JPEG" if mode == "CMYK" else "PNG"
    (image.convert("LA") if mode == "PA" else image).save(out, form)
    assert send(cast.asha, out.getvalue()).status_code == 201


def test_G1_a_bomb_is_refused_before_it_is_decoded(cast):
    """50,000 × 50,000 pixels in a few bytes: the header is enough."""
    bomb = bytearray(picture("PNG", (1, 1)))
    bomb[16:24] = (50_000).to_bytes(4) + (50_000).to_bytes(4)
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4)
    refused(send(cast.asha, bytes(bomb)), 422, "picture_too_large")


def test_the_limit_of_pixels_is_a_setting(cast):
    set_limit("platform.max_megapixels", 1)
    assert send(cast.asha, picture("PNG", (1000, 1000))).status_code == 201
    reply = send(cast.asha, picture("PNG", (1000, 1001)))
    assert (reply.status_code, reply.json()["code"]) == (422, "picture_too_large")
    assert reply.json()["maximum"] == 1_000_000
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize("content", [PNG[:-30], PNG[:33], PNG[:8], JPEG[:200], WEBP[:25]])
def test_G1_a_picture_that_was_cut_off_is_refused(cast, content):
    refused(send(cast.asha, content), 422, "broken_picture")
