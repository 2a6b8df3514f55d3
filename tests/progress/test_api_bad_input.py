"""What no form sends: 4xx in the one shape, and nothing is stored."""

from typing import Any

import pytest

from tests.factories.progress import MilestoneFactory, PhaseFactory, UpdateFactory
from tests.factories.projects import ProjectFactory
from tests.refused import NO_OBJECTS

pytestmark = pytest.mark.django_db
BAD: dict[str, Any] = {
    "a list": [["x"]],
    "an object": {"x": 1},
    "NUL": "a\x00b",
    "endless": "x" * 20_000,
    "huge": 10**300,
    "negative": -(10**20),
    "not a number": "NaN",
    "null": None,
}
PHASE: dict[str, Any] = {
    "phase_name": "Roof",
    "sequence": 2,
    "phase_description": "x",
    "start_date": "2026-01-05",
    "expected_end_date": "2026-02-05",
    "actual_end_date": "2026-02-06",
    "progress_percentage": 5.5,
    "status": "delayed",
    "milestone_images": ["https://cdn.example.com/a.png"],
    "contractor_notes": "x",
    "customer_visible": False,
}
UPDATE: dict[str, Any] = {
    "update_title": "Slab",
    "update_content": "x",
    "update_type": "delay",
    "priority": "low",
    "images": ["https://cdn.example.com/a.png"],
    "videos": ["https://cdn.example.com/7.mp4"],
    "tags": ["x"],
    "weather_impact": "x",
    "estimated_delay_days": 1,
    "is_public": True,
    "is_published": False,
}
MILESTONE: dict[str, Any] = {
    "name": "Slab",
    "sequence": 9,
    "description": "x",
    "is_billable": False,
    "planned_on": "2026-03-01",
    "photos": ["https://cdn.example.com/a.png"],
}
CERTIFY: dict[str, Any] = {
    "certified_on": "2026-01-04",
    "certifier_name": "x",
    "photos": ["https://cdn.example.com/a.png"],
    "photo_ids": [],
    "certificate_id": None,
    "override_reason": "x",
}
CERTIFICATE: dict[str, Any] = {
    "tower_id": None,
    "kind": "occupancy",
    "number": "OC/1",
    "issued_on": "2026-01-04",
    "file_id": None,
}
PLACE: dict[str, Any] = {"project_id": "{project}"}
STAGES: dict[str, Any] = {"tower_ids": [], "milestones": [{"code": "roof", "name": "Roof"}]}
# method, path, a good body
ENDPOINTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "add phase": ("post", "/api/progress", {"project_id": "{project}"} | PHASE),
    "change phase": ("patch", "/api/progress/{phase}", PHASE),
    "post update": ("post", "/api/updates", {"project_id": "{project}"} | UPDATE),
    "change update": ("patch", "/api/updates/{update}", UPDATE),
    "add milestone": (
        "post",
        "/api/milestones",
        PLACE | {"tower_id": None, "code": "roof"} | MILESTONE,
    ),
    "change milestone": ("patch", "/api/milestones/{milestone}", MILESTONE),
    "set milestones": ("post", "/api/projects/{project}/milestones", STAGES),
    "certify milestone": ("post", "/api/milestones/{milestone}/certify", CERTIFY),
    "record certificate": ("post", "/api/certificates", PLACE | CERTIFICATE),
}
TEXTS = {
    "phase_name",
    "phase_description",
    "contractor_notes",
    "update_title",
    "update_content",
    "weather_impact",
    "name",
    "code",
    "description",
    "certifier_name",
    "override_reason",
    "number",
}
NUMBERS = {"huge", "negative", "not a number"}  # a text may be a number
NULLABLE = {
    "start_date",
    "expected_end_date",
    "actual_end_date",
    "estimated_delay_days",
    "planned_on",
    "tower_id",
    "certificate_id",
    "file_id",
}
LINKS = {"milestone_images", "images", "videos", "photos"}


@pytest.fixture
def ids(cast) -> dict[str, int]:
    return {
        "project": cast.meera_project.pk,
        "phase": PhaseFactory(project=cast.meera_project).pk,
        "update": UpdateFactory(project=cast.meera_project).pk,
        "milestone": MilestoneFactory(project=cast.meera_project, sequence=1, reported=True).pk,
    }


def good(endpoint, ids) -> dict[str, Any]:
    body = dict(ENDPOINTS[endpoint][2])
    return body | {"project_id": ids["project"]} if "project_id" in body else body


def send(as_, cast, ids, endpoint, body, **options):
    method, path, _good = ENDPOINTS[endpoint]
    return getattr(as_(cast.meera), method)(path.format(**ids), body, **options)


def assert_refused(reply, status=400) -> dict[str, Any]:
    assert reply.status_code == status, reply.content
    body = reply.json()
    assert set(body) == {"detail", "code", "errors", "request_id"}
    assert body["detail"]
    return body


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_good_bodies_are_good(as_, cast, ids, endpoint):
    reply = send(as_, cast, ids, endpoint, good(endpoint, ids))
    assert reply.status_code in {200, 201}, reply.content
    assert {name: reply.json()[name] for name in PHASE if "phase" in endpoint} == (
        PHASE if "phase" in endpoint else {}
    )


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_field_refuses_what_is_no_value_of_it(as_, cast, ids, stored, endpoint, bad):
    body, before = good(endpoint, ids), stored()
    for field in body:
        if (field in TEXTS and bad in NUMBERS) or (field in NULLABLE and bad == "null"):
            continue
        refusal = assert_refused(send(as_, cast, ids, endpoint, body | {field: BAD[bad]}))
        assert {name.split(".")[0] for name in refusal["errors"]} == {field}, refusal
        assert stored() == before, field


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        *NO_OBJECTS,
        (b"[1]", "application/json", 400),
        (b'{"phase_name": "\xff"}', "application/json", 400),
        (b'{"progress_percentage": NaN}', "application/json", 400),
        (b'{"progress_percentage": Infinity}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_json_object(as_, cast, ids, stored, endpoint, raw, content_type, status):
    before = stored()
    assert_refused(send(as_, cast, ids, endpoint, raw, content_type=content_type), status)
    assert stored() == before


@pytest.mark.parametrize(
    ("endpoint", "fields"),
    [
        ("add phase", ["project_id", "phase_name"]),
        ("post update", ["project_id", "update_title", "update_content"]),
        ("add milestone", ["project_id", "code", "name"]),
        ("set milestones", ["milestones"]),
        ("certify milestone", ["certified_on"]),
        ("record certificate", ["project_id", "kind", "number", "issued_on"]),
    ],
)
def test_required_fields_must_be_there_and_not_blank(as_, cast, ids, stored, endpoint, fields):
    before = stored()
    refusal = assert_refused(send(as_, cast, ids, endpoint, {}))
    assert refusal["errors"] == {name: ["This field is required."] for name in fields}
    for field in fields:
        for blank in ("", "   "):
            body = good(endpoint, ids) | {field: blank}
            assert list(assert_refused(send(as_, cast, ids, endpoint, body))["errors"]) == [field]
    assert stored() == before


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("change phase", "phase_name"),
        ("change update", "update_title"),
        ("change update", "update_content"),
        ("change milestone", "name"),
    ],
)
def test_a_name_is_not_blanked(as_, cast, ids, stored, endpoint, field):
    before = stored()
    assert_refused(send(as_, cast, ids, endpoint, {field: " "}))
    assert stored() == before


@pytest.mark.parametrize(
    ("endpoint", "changes"),
    [
        (
            "phase",
            [
                {"sequence": 0},
                {"sequence": 1_001},
                {"sequence": 1.5},
                {"progress_percentage": -0.01},
                {"progress_percentage": 100.01},
                {"progress_percentage": 33.333},
                {"progress_percentage": ""},
                {"status": "demolished"},
                {"start_date": "2026-02-30"},
                {"start_date": "tomorrow"},
                {"start_date": "2026-03-01"},
                {"customer_visible": "perhaps"},
                {"phase_name": "x" * 201},
            ],
        ),
        (
            "update",
            [
                {"update_type": "gossip"},
                {"priority": "urgent"},
                {"priority": ""},
                {"estimated_delay_days": -1},
                {"estimated_delay_days": 3_651},
                {"estimated_delay_days": 1.5},
                {"is_public": "perhaps"},
                {"is_published": ""},
                {"tags": "x"},
                {"tags": [""]},
                {"tags": ["x" * 201]},
                {"tags": ["x"] * 101},
                {"update_title": "x" * 201},
                {"weather_impact": "x" * 301},
            ],
        ),
        (
            "change milestone",
            [
                {"sequence": 0},
                {"sequence": 1_001},
                {"sequence": 1.5},
                {"planned_on": "2026-02-30"},
                {"name": "x" * 201},
            ],
        ),
        ("add milestone", [{"code": "no spaces"}, {"code": "x" * 31}, {"code": "ä"}]),
        (
            "set milestones",
            [
                {"milestones": []},
                {"milestones": [{"code": "roof"}]},
                {"milestones": [{"code": "ro of", "name": "x"}]},
                {"milestones": [{"code": "roof", "name": "a\x00b"}]},
                {"milestones": [{"code": "roof", "name": "x"}] * 2},
                {"milestones": [{"code": f"s{n}", "name": "x"} for n in range(101)]},
                {"tower_ids": [0]},
                {"tower_ids": [2**63]},
                {"tower_ids": [1] * 101},
            ],
        ),
        (
            "certify milestone",
            [
                {"certified_on": "2026-02-30"},
                {"certified_on": "9999-12-31"},
                {"photo_ids": [0]},
                {"photo_ids": [2**63]},
                {"photo_ids": [999_999]},
                {"photo_ids": [1] * 21},
                {"certificate_id": 999_999},
                {"photos": ["/api/files/999999"]},
                {"photos": ["/API/FILES/1"]},
                {"override_reason": "x" * 501},
            ],
        ),
        (
            "record certificate",
            [
                {"kind": "birth"},
                {"number": "x" * 101},
                {"issued_on": "9999-12-31"},
                {"file_id": 999_999},
            ],
        ),
    ],
)
def test_values_that_make_no_sense(as_, cast, ids, stored, endpoint, changes):
    before = stored()
    for name in ENDPOINTS:
        for change in changes if endpoint in name else ():
            assert_refused(send(as_, cast, ids, name, good(name, ids) | change))
            assert stored() == before, change


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://x.example",
        "data:text/html,<script>",
        "ftp://x.example/a",
        "//x.example/a",
        "/etc/passwd",
        "x.png",
        "https://",
        "https://x.example/a\nb",
        "",
        "https://x.example/" + "a" * 500,
        7,
    ],
)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_only_web_addresses_and_own_files_are_links(as_, cast, ids, stored, endpoint, link):
    before = stored()
    for field in LINKS & set(good(endpoint, ids)):
        for value in ([link], [*["https://x.example/a"] * 50, link], link):
            body = good(endpoint, ids) | {field: value}
            assert_refused(send(as_, cast, ids, endpoint, body))
    assert stored() == before


NEW = [(path, body) for method, path, body in ENDPOINTS.values() if "project_id" in body]


@pytest.mark.parametrize("pk", [0, 999_999, 2**31, 2**63, 10**30])
def test_rows_that_do_not_exist(as_, cast, stored, pk):
    before, api = stored(), as_(cast.meera)
    for path, body in ((f"/api/progress/{pk}", PHASE), (f"/api/updates/{pk}", UPDATE)):
        assert_refused(api.patch(path, body), 404)
        assert_refused(api.get(path), 404)
    assert_refused(api.delete(f"/api/updates/{pk}"), 404)
    assert_refused(api.get(f"/api/milestones/{pk}"), 404)
    assert_refused(api.patch(f"/api/milestones/{pk}", MILESTONE), 404)
    assert_refused(api.post(f"/api/milestones/{pk}/report"), 404)
    assert_refused(api.post(f"/api/milestones/{pk}/certify", CERTIFY), 404)
    assert_refused(api.post(f"/api/projects/{pk}/milestones", STAGES), 404)
    for path, body in NEW:
        reply = api.post(path, body | {"project_id": pk})
        assert reply.status_code in {400, 404}, reply.content
    for rest in ("progress", "updates", "milestones", "certificates"):
        assert_refused(api.get(f"/api/projects/{pk}/{rest}"), 404)
    assert stored() == before


def test_somebody_elses_project_and_a_draft_of_theirs_are_the_same_to_a_stranger(as_, cast, stored):
    theirs = ProjectFactory(builder=cast.kiran.builder, published_at=None)
    before = stored()
    for pk in (cast.kiran_project.pk, theirs.pk, 999_999):
        for path, body in NEW:
            refusal = assert_refused(as_(cast.meera).post(path, body | {"project_id": pk}), 404)
            assert (refusal["code"], refusal["detail"]) == ("not_found", "Not found.")
    assert stored() == before
