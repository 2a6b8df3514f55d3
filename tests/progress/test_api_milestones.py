"""Milestones over HTTP (R7.1-2): planned in lists, certified with pictures that open, refusals that change nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from progress.enums import MilestoneState
from progress.models import Certificate, Milestone
from projects.models import Project
from realestate.core.enums import SettingScope
from realestate.core.files import keep_upload
from realestate.core.models import AuditEntry, StoredFile, SystemSetting
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import LONG_AGO, ProjectFactory, TowerFactory
from tests.pictures import PNG

PDF = b"%PDF-1.7\n%"
PHOTO = "https://cdn.example.com/plinth.jpg"
GOOD: dict[str, Any] = {"certified_on": "2026-01-04", "photos": [PHOTO]}


@pytest.fixture
def stage(cast, noon):
    return MilestoneFactory(project=cast.meera_project, sequence=2, code="slab", reported=True)


@pytest.fixture
def path(cast):
    return f"/api/projects/{cast.meera_project.pk}/milestones"


def certify(api, stage, **facts):
    return api.post(f"/api/milestones/{stage.pk}/certify", GOOD | facts)


def send(api, content: bytes, name="photo.png") -> int:
    file = SimpleUploadedFile(name, content)
    reply = api.post("/api/files", {"file": file}, format="multipart")
    assert reply.status_code == 201, reply.content
    return int(reply.json()["id"])


def require_photos(project: Project, count: int) -> None:
    SystemSetting.objects.create(
        key="progress.photos_required",
        scope=SettingScope.PROJECT,
        scope_id=project.pk,
        value=count,
    )


# --- planning --------------------------------------------------------------------------------------------------------


def test_a_list_is_put_and_read_again(cast, as_, path):
    towers = TowerFactory.create_batch(2, project=cast.meera_project)
    stages = [
        {"code": "plinth", "name": "Plinth", "planned_on": "2026-03-01"},
        {"code": "paint", "name": "Paint", "is_billable": False, "planned_on": ""},
    ]
    body = {"tower_ids": [tower.pk for tower in towers], "milestones": stages}
    reply = as_(cast.meera).post(path, body)
    assert reply.status_code == 200, reply.content
    shown = ("tower_id", "sequence", "code", "name", "is_billable", "planned_on", "state")
    assert [[row[name] for name in shown] for row in reply.json()] == [
        line
        for tower in towers
        for line in (
            [tower.pk, 1, "plinth", "Plinth", True, "2026-03-01", "pending"],
            [tower.pk, 2, "paint", "Paint", False, None, "pending"],
        )
    ]
    assert reply["X-Total-Count"] == "4"
    assert as_(None).get(path).json() == reply.json()


def test_refusals_of_a_list_on_the_wire(cast, as_, path, stage, stored):
    api = as_(cast.meera)
    assert certify(api, stage).status_code == 200
    before = stored()
    roof = {"code": "roof", "name": "Roof"}
    slab = {"code": "slab", "name": stage.name}
    for stages, code in (
        ([roof], "milestone_is_certified"),
        ([{**slab, "name": "Another"}], "milestone_is_certified"),
        ([roof, slab], "stage_passed_over"),
    ):
        reply = api.post(path, {"milestones": stages})
        assert (reply.status_code, reply.json()["code"]) == (409, code)
    assert stored() == before
    assert api.post(path, {"milestones": [slab, roof]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["plinth", "slab", "roof"]),
        ("tower_id={tower}", ["plinth"]),
        ("state=Reported", ["slab"]),
        ("state=pending", ["plinth", "roof"]),
        ("state=demolished", []),
        ("state=%00", []),
        ("tower_id=x", []),
        ("tower_id=NaN", []),
        ("tower_id=1e400", []),
        ("tower_id=-1", []),
        ("tower_id=" + "9" * 400, []),
        ("limit=x&page=y", ["plinth", "slab", "roof"]),
        ("limit=1&page=2", ["slab"]),
    ],
)
def test_no_filter_fails(cast, as_, path, query, found):
    tower = TowerFactory(project=cast.meera_project)
    own = {"project": cast.meera_project}
    MilestoneFactory(**own, tower=tower, code="plinth")
    MilestoneFactory(**own, code="slab", sequence=1, reported=True)
    MilestoneFactory(**own, code="roof", sequence=2)
    MilestoneFactory(project=cast.kiran_project)
    reply = as_(None).get(f"{path}?{query.format(tower=tower.pk)}")
    assert reply.status_code == 200
    assert [row["code"] for row in reply.json()] == found


def test_milestones_of_a_project_that_is_not_public(cast, as_):
    meera = cast.meera.builder
    for hidden in ({"published_at": None}, {"archived_at": LONG_AGO}):
        row = MilestoneFactory(project=ProjectFactory(builder=meera, **hidden))
        for name, status in ((None, 404), ("asha", 404), ("kiran", 404), ("meera", 200)):
            api = as_(name and getattr(cast, name))
            for rest in (f"projects/{row.project_id}/milestones", f"milestones/{row.pk}"):
                assert api.get(f"/api/{rest}").status_code == status, (name, rest)


# --- certifying ------------------------------------------------------------------------------------------------------


def test_R7_1_from_a_picture_that_was_sent_to_one_that_everybody_sees(cast, as_, stage):
    api = as_(cast.meera)
    photo, scan = send(api, PNG), send(api, PDF, "certificate.pdf")
    assert as_(None).get(f"/api/files/{photo}").status_code == 404
    reply = certify(api, stage, photos=[], photo_ids=[photo], certificate_id=scan)
    assert reply.status_code == 200, reply.content
    (row,) = as_(None).get(f"/api/projects/{stage.project_id}/milestones").json()
    assert row == reply.json() | {"certificate_url": row["certificate_url"]}
    assert row["photos"] == [f"http://testserver/api/files/{photo}"]
    picture = as_(None).get(row["photos"][0])
    assert (b"".join(picture.streaming_content), picture["Content-Type"]) == (PNG, "image/png")
    opened = as_(None).get(row["certificate_url"])
    assert b"".join(opened.streaming_content) == PDF
    assert as_(None).get(f"/api/files/{scan}").status_code == 404, "only by its link"
    entry = AuditEntry.objects.get(object_type="core.storedfile", action="published")
    assert (entry.object_id, entry.before, entry.after, entry.actor_id) == (
        photo,
        {"visibility": "private"},
        {"visibility": "public"},
        cast.meera.pk,
    )


@pytest.mark.parametrize("what", ["milestones", "certificates"])
def test_a_link_opens_for_nobody_else_than_who_read_it(cast, as_, stage, what):
    scan = keep_upload(actor=cast.meera, name="certificate.pdf", content=PDF)
    certify(as_(cast.meera), stage, certificate_id=scan.pk)
    Certificate.objects.create(
        project=stage.project,
        kind="occupancy",
        number="1",
        issued_on="2026-01-04",
        file=scan,
        recorded_by=cast.meera,
        recorded_at=LONG_AGO,
    )
    (row,) = as_(cast.asha).get(f"/api/projects/{stage.project_id}/{what}").json()
    link = row["certificate_url" if what == "milestones" else "file_url"]
    assert b"".join(as_(cast.asha).get(link).streaming_content) == PDF
    assert as_(cast.ravi).get(link).status_code == 404


@pytest.mark.parametrize(
    ("facts", "status", "code", "field"),
    [
        ({"certified_on": "2026-01-06"}, 400, "invalid", "certified_on"),
        ({"certified_on": "2025-05-31"}, 400, "invalid", "certified_on"),
        ({"photos": []}, 422, "photos_missing", None),
        ({"photo_ids": ["scan"], "photos": []}, 400, "invalid", "photo_ids"),
        ({"photo_ids": ["kirans"], "photos": []}, 400, "invalid", "photo_ids"),
        ({"certificate_id": "kirans"}, 400, "invalid", "certificate_id"),
        ({"photos": ["/api/files/{scan}"]}, 400, "invalid", "photos"),
        ({"photos": ["/api/files/{private}"]}, 400, "invalid", "photos"),
    ],
)
def test_R7_1_what_is_refused_changes_nothing(cast, as_, stage, stored, facts, status, code, field):
    Project.objects.filter(pk=stage.project_id).update(start_date="2025-06-01")
    keys = {
        "scan": keep_upload(actor=cast.meera, name="a.pdf", content=PDF).pk,
        "private": keep_upload(actor=cast.meera, name="a.png", content=PNG).pk,
        "kirans": keep_upload(actor=cast.kiran, name="a.png", content=PNG).pk,
    }

    def fill(value):
        match value:
            case list():
                return [fill(inner) for inner in value]
            case str():
                return keys.get(value, value.format(**keys))
        return value

    before = stored()
    sent = {name: fill(value) for name, value in facts.items()}
    reply = certify(as_(cast.meera), stage, **sent)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.content
    assert list(reply.json()["errors"]) == ([field] if field else [])
    assert stored() == before


@pytest.mark.parametrize("day", ["2025-06-01", "2026-01-05"])
def test_R7_1_the_first_and_the_last_day_that_can_be_certified(cast, as_, stage, day):
    Project.objects.filter(pk=stage.project_id).update(start_date="2025-06-01")
    assert certify(as_(cast.meera), stage, certified_on=day).json()["certified_on"] == day


@pytest.mark.parametrize(
    ("zone", "hour", "status"),
    [
        ("Asia/Kolkata", 18, 400),  # 23:30 there
        ("Asia/Kolkata", 19, 200),  # half past midnight
        ("America/New_York", 23, 400),
    ],
)
def test_R7_1_today_is_the_projects(cast, as_, stage, time_machine, zone, hour, status):
    Project.objects.filter(pk=stage.project_id).update(time_zone=zone)
    time_machine.move_to(datetime(2026, 1, 5, hour, tzinfo=UTC), tick=False)
    reply = certify(as_(cast.meera), stage, certified_on="2026-01-06")
    assert reply.status_code == status


def test_R7_1_as_many_photos_as_the_project_wants_each_counted_once(cast, as_, stage, stored):
    require_photos(stage.project, 2)
    api = as_(cast.meera)
    photo = send(api, PNG)
    before = stored()
    for facts in ({"photos": [PHOTO, PHOTO]}, {"photos": [], "photo_ids": [photo, photo]}):
        reply = certify(api, stage, **facts)
        assert (reply.status_code, reply.json()["code"]) == (422, "photos_missing")
        assert reply.json()["required"] == 2
    assert stored() == before
    reply = certify(api, stage, photo_ids=[photo])
    assert reply.json()["photos"] == [PHOTO, f"http://testserver/api/files/{photo}"]


def test_R7_1_a_project_may_do_without_photos(cast, as_, stage):
    require_photos(stage.project, 0)
    assert certify(as_(cast.meera), stage, photos=[]).json()["state"] == "certified"


def test_R7_1_a_stage_is_reported_before_it_is_certified_and_certified_once(cast, as_, stored):
    row = MilestoneFactory(project=cast.meera_project, sequence=1)
    api = as_(cast.meera)
    before = stored()
    refusal = certify(api, row)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "invalid_transition")
    assert (refusal.json()["state"], refusal.json()["allowed"]) == ("pending", ["report"])
    assert stored() == before
    assert api.post(f"/api/milestones/{row.pk}/report").json()["state"] == "reported"
    before = stored()
    assert api.post(f"/api/milestones/{row.pk}/report").status_code == 409
    assert stored() == before
    assert certify(api, row).status_code == 200
    before = stored()
    for facts in ({}, {"certified_on": "2030-01-01"}, {"photos": []}):  # the state is said first
        again = certify(api, row, **facts)
        assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")
    assert stored() == before


def test_R7_2_R21_an_override_is_by_another_and_shown_to_buyers(cast, as_, stage, stored, path):
    MilestoneFactory(project=cast.meera_project, sequence=1, code="plinth")
    before = stored()
    for facts, status, code in (
        ({}, 409, "milestone_out_of_order"),
        ({"override_reason": " "}, 409, "milestone_out_of_order"),
        ({"override_reason": "From the other side"}, 422, "override_needs_another"),
    ):
        reply = certify(as_(cast.meera), stage, **facts)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert stored() == before
    reply = certify(as_(cast.sana), stage, override_reason=" From the other side ")
    assert reply.status_code == 200, reply.content
    shown = {row["code"]: row["override_reason"] for row in as_(cast.asha).get(path).json()}
    assert shown == {"plinth": "", "slab": "From the other side"}
    entry = AuditEntry.objects.get(action="certified")
    assert (entry.actor_id, entry.after["passed_over"]) == (cast.sana.pk, ["plinth"])


def test_a_repeated_certification_with_a_key_is_answered_as_the_first_time(cast, as_, stage):
    api = as_(cast.meera)
    url = f"/api/milestones/{stage.pk}/certify"
    first, second = (api.post(url, GOOD, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content
    other = api.post(url, GOOD | {"certifier_name": "x"}, HTTP_IDEMPOTENCY_KEY="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert AuditEntry.objects.filter(action="certified").count() == 1


def test_the_server_decides_who_certified_and_when(cast, as_, stage):
    body = {"certified_by": cast.kiran.pk, "certified_at": "2020-01-01T00:00:00Z", "state": "x"}
    certify(as_(cast.meera), stage, **body)
    stage.refresh_from_db()
    assert (stage.state, stage.certified_by, stage.certified_at) == (
        MilestoneState.CERTIFIED,
        cast.meera,
        datetime(2026, 1, 5, 12, tzinfo=UTC),
    )
    code = as_(cast.meera).patch(f"/api/milestones/{stage.pk}", {"name": "x"}).json()["code"]
    assert code == "milestone_is_certified"


# --- cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item_count", [1, 3])
def test_lists_with_files_cost_two_queries(cast, as_, path, django_assert_num_queries, item_count):
    project = cast.meera_project
    for number in range(item_count):
        file = StoredFile.objects.create(
            name="a.pdf", path=f"aa/{number}", content_type="application/pdf", size=1, sha256="0"
        )
        MilestoneFactory(project=project, certificate=file)
        Certificate.objects.create(
            project=project,
            kind="occupancy",
            number=str(number),
            issued_on="2026-01-04",
            file=file,
            recorded_by=cast.meera,
            recorded_at=LONG_AGO,
        )
    for rest in (path, f"/api/projects/{project.pk}/certificates"):
        with django_assert_num_queries(2):  # count, rows
            assert len(as_(None).get(rest).json()) == item_count
    pk = Milestone.objects.values_list("pk", flat=True)[0]
    with django_assert_num_queries(1):
        as_(None).get(f"/api/milestones/{pk}")
