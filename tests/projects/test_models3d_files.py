"""Files of 3D models: private, opened by links for those whom the access level admits, kept when replaced."""

from datetime import timedelta

import pytest
from django.test import Client

from projects import services
from projects.models import Model3D, Model3DVersion
from projects.rules import VIEWER_SETTINGS, viewer_problems
from realestate.core.enums import FilePurpose
from realestate.core.errors import InvalidValue
from realestate.core.files import clean_files, keep_upload, signed_link
from realestate.core.models import AuditEntry, StoredFile
from tests.factories.projects import ClaimFactory, Model3DFactory
from tests.links import ON_OUR_PAGE
from tests.pictures import GLTF, OBJ, PDF, PNG, glb

pytestmark = pytest.mark.django_db
SITE = "http://testserver"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sent(cast):
    """A function: Meera sends a file, as a 3D model unless said otherwise."""

    def send(content=None, name="lobby.glb", purpose=FilePurpose.MODEL, by=None):
        content = glb() if content is None else content
        return keep_upload(actor=by or cast.meera, name=name, content=content, purpose=purpose)

    return send


@pytest.fixture
def form(cast):
    return {
        "project_id": cast.meera_project.pk,
        "model_name": "Lobby",
        "model_type": "amenities",
        "access_level": "public",
    }


def body_of(link: str):
    reply = Client().get(link.removeprefix(SITE), headers=ON_OUR_PAGE)
    return b"".join(reply.streaming_content) if reply.status_code == 200 else reply.status_code


# --- sent, named, opened ---------------------------------------------------------------------------------------------


def test_a_file_that_was_sent_says_what_it_is(cast, as_, sent, form):
    file, small = sent(), sent(PNG, "lobby.png", FilePurpose.IMAGE)
    reply = as_(cast.meera).post(
        "/api/models", form | {"file_id": file.pk, "thumbnail_id": small.pk}
    )
    assert reply.status_code == 201, reply.content
    body = reply.json()
    shown = {name: body[name] for name in ("file_id", "thumbnail_id", "file_format", "file_size")}
    assert shown == {
        "file_id": file.pk,
        "thumbnail_id": small.pk,
        "file_format": "glb",
        "file_size": len(glb()),
    }
    row = Model3D.objects.get()
    assert (row.file_url, row.thumbnail_url) == (
        f"/api/files/{file.pk}",
        f"/api/files/{small.pk}",
    )
    assert body_of(body["file_url"]) == glb()
    assert body["thumbnail_url"].endswith("&size=thumb")
    assert body_of(body["thumbnail_url"])[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("level", "admitted"),
    [
        ("public", {None, "asha", "ravi", "meera", "kiran", "sana"}),
        ("customers_only", {"asha", "ravi", "meera", "sana"}),
        ("booked_customers", {"asha", "meera", "sana"}),
    ],
)
def test_the_access_level_holds_for_the_file_itself(cast, as_, sent, form, level, admitted):
    file = sent()
    body = form | {"file_id": file.pk, "access_level": level}
    pk = as_(cast.meera).post("/api/models", body).json()["id"]
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    for person in (None, "asha", "ravi", "meera", "kiran", "sana"):
        api = as_(person and getattr(cast, person))
        reply = api.get(f"/api/models/{pk}")
        if person in admitted:
            assert body_of(reply.json()["file_url"]) == glb(), person
        else:
            assert reply.status_code == 404, person
        assert api.get(f"/api/files/{file.pk}").status_code == 404, "only by a link"


def test_a_link_to_a_model_ends_after_ten_minutes(cast, as_, sent, form, time_machine):
    time_machine.move_to("2026-01-05T12:00:00Z", tick=False)
    as_(cast.meera).post("/api/models", form | {"file_id": sent().pk})
    api = as_(None)
    link = api.get(f"/api/projects/{cast.meera_project.pk}/models").json()[0]["file_url"]
    time_machine.shift(timedelta(minutes=9, seconds=59))
    assert body_of(link) == glb()
    time_machine.shift(timedelta(seconds=1))
    assert body_of(link) == 404


@pytest.mark.parametrize("field", ["file_id", "thumbnail_id"])
def test_only_ones_own_files_of_the_right_kind(cast, as_, sent, form, stored, field):
    good = {"file_id": sent().pk}
    bad = {
        "kirans": sent(by=cast.kiran).pk,
        "a document": sent(PDF, "a.pdf", FilePurpose.DOCUMENT).pk,
        "nothing": 10**15,
    }
    if field == "file_id":
        bad["a picture"] = sent(PNG, "a.png", FilePurpose.IMAGE).pk
    else:
        bad["a model"] = sent().pk
    model = Model3DFactory(project=cast.meera_project)
    before = stored()
    api = as_(cast.meera)
    for what, pk in bad.items():
        for reply in (
            api.post("/api/models", form | good | {field: pk}),
            api.patch(f"/api/models/{model.pk}", {field: pk}),
        ):
            assert (reply.status_code, list(reply.json()["errors"])) == (400, [field]), what
    assert stored() == before


def test_a_format_that_is_not_the_files_and_no_file_at_all(cast, as_, sent, form, stored):
    api, file = as_(cast.meera), sent()
    before = stored()
    for more, field in (
        ({"file_id": file.pk, "file_format": "obj"}, "file_format"),
        ({"file_format": "obj"}, "file_url"),
        ({"file_url": "https://files.example.com/a.obj"}, "file_format"),
    ):
        reply = api.post("/api/models", form | more)
        assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])
    assert stored() == before


# --- versions --------------------------------------------------------------------------------------------------------


def test_another_file_is_the_next_version_and_the_one_before_is_kept(cast, as_, sent, form):
    api = as_(cast.meera)
    first, second = sent(), sent(OBJ, "lobby.obj")
    path = f"/api/models/{api.post('/api/models', form | {'file_id': first.pk}).json()['id']}"
    assert api.get(f"{path}/versions").json() == []
    now = api.patch(path, {"file_id": second.pk}).json()
    assert (now["version"], now["file_format"], now["file_size"]) == (2, "obj", len(OBJ))
    last = api.patch(path, {"file_url": "https://files.example.com/3.fbx", "file_format": "fbx"})
    assert [last.json()[name] for name in ("version", "file_id", "file_size", "file_url")] == [
        3,
        None,
        None,
        "https://files.example.com/3.fbx",
    ]
    old = api.get(f"{path}/versions").json()
    assert [(row["version"], row["file_format"], row["file_id"]) for row in old] == [
        (2, "obj", second.pk),
        (1, "glb", first.pk),
    ]
    assert [body_of(row["file_url"]) for row in old] == [OBJ, glb()]
    assert set(old[0]) == {
        "version",
        "file_format",
        "file_id",
        "file_url",
        "file_size",
        "replaced_at",
    }


def test_what_is_sent_back_as_it_was_shown_changes_nothing(cast, as_, sent, form):
    api = as_(cast.meera)
    small = sent(PNG, "a.png", FilePurpose.IMAGE)
    body = form | {"file_id": sent().pk, "thumbnail_id": small.pk}
    shown = api.post("/api/models", body).json()
    entries = AuditEntry.objects.count()
    again = api.patch(f"/api/models/{shown['id']}", shown)
    assert again.status_code == 200, again.content
    assert again.json()["version"] == 1
    assert (Model3DVersion.objects.count(), AuditEntry.objects.count()) == (0, entries)


def test_the_format_and_size_of_an_own_file_are_not_for_clients_to_say(cast, as_, sent, form):
    api = as_(cast.meera)
    pk = api.post("/api/models", form | {"file_id": sent(GLTF, "a.gltf").pk}).json()["id"]
    again = api.patch(f"/api/models/{pk}", {"file_format": "obj", "file_size": 7}).json()
    assert (again["file_format"], again["file_size"]) == ("gltf", len(GLTF))


def test_the_clean_up_keeps_every_version(cast, as_, sent, form, time_machine):
    api = as_(cast.meera)
    first, second, loose = sent(), sent(), sent()
    pk = api.post("/api/models", form | {"file_id": first.pk}).json()["id"]
    api.patch(f"/api/models/{pk}", {"file_id": second.pk})
    StoredFile.objects.update(created_at="2020-01-01T00:00:00Z")
    assert clean_files().rows == [loose.pk]
    assert body_of(signed_link(first, 5)) == glb()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(
    cast, as_, sent, form, django_assert_num_queries, count
):
    api = as_(cast.meera)
    for _ in range(count):
        pk = api.post("/api/models", form | {"file_id": sent().pk}).json()["id"]
    for _ in range(count):
        api.patch(f"/api/models/{pk}", {"file_id": sent().pk})
    with django_assert_num_queries(3):  # project, count, rows with their files
        rows = api.get(f"/api/projects/{cast.meera_project.pk}/models").json()
    assert len(rows) == count
    with django_assert_num_queries(3):  # model, count, rows with their files
        assert len(api.get(f"/api/models/{pk}/versions").json()) == count


def test_R21_only_the_builder_and_staff_see_what_was_before(cast, as_):
    path = f"/api/models/{Model3DFactory(project=cast.meera_project).pk}/versions"
    people = (None, 401), ("asha", 403), ("kiran", 404), ("meera", 200), ("sana", 200)
    for person, status in people:
        assert as_(person and getattr(cast, person)).get(path).status_code == status, person


# --- the viewer ------------------------------------------------------------------------------------------------------

GOOD = {
    "camera": [1, 2.5, -3],
    "target": [0, 0, 0],
    "field_of_view": 45,
    "background": "#fafafa",
    "environment": "studio",
    "exposure": 1.5,
    "scale": 0.01,
    "shadows": True,
    "auto_rotate": False,
    "rotation_speed": -30,
    "hotspots": [{"label": "Lift", "position": [1, 2, 3]}],
}
BAD = [
    ("camera", [1, 2]),
    ("camera", [1, 2, True]),
    ("camera", "1,2,3"),
    ("target", [1, 2, 1e300]),
    ("target", [0, 0, float("nan")]),
    ("field_of_view", 0),
    ("field_of_view", "45"),
    ("background", "red"),
    ("background", "#12345g"),
    ("environment", "moon"),
    ("environment", []),
    ("exposure", float("inf")),
    ("scale", 0),
    ("shadows", 1),
    ("auto_rotate", "yes"),
    ("rotation_speed", None),
    ("hotspots", [{"label": "", "position": [1, 2, 3]}]),
    ("hotspots", [{"label": "x", "position": [1, 2, 3], "onclick": "x"}]),
    ("hotspots", [{"position": [1, 2, 3]}]),
    ("hotspots", [5]),
    ("hotspots", [{"label": "x", "position": [1, 2, 3]}] * 51),
    ("script", "alert(1)"),
]


def test_all_settings_of_the_viewer(cast, as_, form):
    assert set(GOOD) == set(VIEWER_SETTINGS)
    model = Model3DFactory(project=cast.meera_project)
    reply = as_(cast.meera).patch(f"/api/models/{model.pk}", {"viewer_settings": GOOD})
    assert (reply.status_code, reply.json()["viewer_settings"]) == (200, GOOD)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_settings_that_no_viewer_knows_are_refused(cast, stored, name, value):
    assert len(viewer_problems({name: value})) == 1
    model = Model3DFactory(project=cast.meera_project)
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        services.change_model(
            actor=cast.meera, model_id=model.pk, viewer_settings=GOOD | {name: value}
        )
    assert list(refusal.value.errors) == ["viewer_settings"]
    assert stored() == before


# --- the back office -------------------------------------------------------------------------------------------------


def test_the_back_office_opens_the_file_and_lists_what_was_before(cast, as_, sent, form):
    api = as_(cast.meera)
    first, second = sent(), sent()
    pk = api.post("/api/models", form | {"file_id": first.pk}).json()["id"]
    api.patch(f"/api/models/{pk}", {"file_id": second.pk})
    client = Client()
    client.force_login(cast.sana)
    page = client.get(f"/admin/projects/model3d/{pk}/change/").content.decode()
    assert f'href="/api/files/{second.pk}?token=' in page
    assert f"1: glb, /api/files/{first.pk}" in page
