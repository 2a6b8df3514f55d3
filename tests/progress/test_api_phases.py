"""Phases over HTTP (contract 7.2): a bare array in order, hidden phases and notes for the owner only."""

import pytest

from progress.models import ProjectProgress
from tests.factories.progress import PhaseFactory
from tests.factories.projects import LONG_AGO, ProjectFactory

FORM = {
    "phase_name": "Foundation",
    "description": "Raft and piles.",
    "start_date": "2026-02-01",
    "expected_end_date": "",
    "completion_percentage": 40.5,
    "status": "in-progress",
    "milestone_images": ["https://cdn.example.com/7.png", "https://cdn.example.com/a.png"],
    "contractor_notes": "Pour on Saturday.",
}


@pytest.fixture
def path(cast):
    return f"/api/projects/{cast.meera_project.pk}/progress"


@pytest.fixture
def form(cast):
    return FORM | {"project_id": cast.meera_project.pk}


def test_a_phase_has_exactly_these_fields(cast, as_, noon, form, path):
    reply = as_(cast.meera).post("/api/progress", form)
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert body == {
        "id": ProjectProgress.objects.get().pk,
        "project_id": cast.meera_project.pk,
        "tower_id": None,
        "sequence": 1,
        "phase_name": "Foundation",
        "phase_description": "Raft and piles.",
        "description": "Raft and piles.",
        "start_date": "2026-02-01",
        "expected_end_date": None,
        "actual_end_date": None,
        "end_date": None,
        "progress_percentage": 40.5,
        "completion_percentage": 40.5,
        "weight": 1,
        "status": "in_progress",
        "milestone_images": ["https://cdn.example.com/7.png", "https://cdn.example.com/a.png"],
        "contractor_notes": "Pour on Saturday.",
        "customer_visible": True,
        "created_at": body["created_at"],
        "updated_at": "2026-01-05T12:00:00Z",
    }
    assert as_(cast.meera).get(path).json() == [body]
    assert as_(cast.meera).get(f"/api/progress/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("dates", "end"),
    [
        ({"expected_end_date": "2026-03-01", "actual_end_date": "2026-04-01"}, "2026-04-01"),
        ({"expected_end_date": "2026-03-01"}, "2026-03-01"),
        ({}, None),
    ],
)
def test_the_end_is_the_actual_one_or_else_the_expected_one(cast, as_, path, dates, end):
    PhaseFactory(project=cast.meera_project, **dates)
    (row,) = as_(None).get(path).json()
    assert row["end_date"] == end
    assert {name: row[name] for name in dates} == dates


@pytest.mark.parametrize("name", [None, "asha", "ravi", "kiran"])
def test_notes_and_hidden_phases_reach_nobody_else(cast, as_, path, name):
    shown = PhaseFactory(project=cast.meera_project, contractor_notes="SECRET-NOTE")
    hidden = PhaseFactory(
        project=cast.meera_project, phase_name="SECRET-PHASE", customer_visible=False
    )
    api = as_(name and getattr(cast, name))
    listed = api.get(path)
    assert [row["id"] for row in listed.json()] == [shown.pk]
    assert listed["X-Total-Count"] == "1"
    for reply in (listed, api.get(f"/api/progress/{shown.pk}")):
        assert reply.status_code == 200
        assert b"SECRET" not in reply.content
        assert b"contractor_notes" not in reply.content
        assert b"customer_visible" not in reply.content
    assert api.get(f"/api/progress/{hidden.pk}").status_code == 404


@pytest.mark.parametrize("name", ["meera", "sana"])
def test_the_owner_and_staff_see_them(cast, as_, path, name):
    PhaseFactory(project=cast.meera_project, sequence=2, customer_visible=False)
    PhaseFactory(project=cast.meera_project, sequence=1, contractor_notes="Late.")
    rows = as_(getattr(cast, name)).get(path).json()
    assert [row["customer_visible"] for row in rows] == [True, False]
    assert rows[0]["contractor_notes"] == "Late."


def test_phases_in_their_order_and_the_key_decides_ties(cast, as_, path):
    own = {"project": cast.meera_project}
    last = PhaseFactory(**own, sequence=9)
    twins = PhaseFactory.create_batch(4, **own, sequence=3)
    first = PhaseFactory(**own, sequence=1)
    PhaseFactory(project=cast.kiran_project, sequence=2)
    wanted = [first.pk, *(twin.pk for twin in twins), last.pk]
    assert [row["id"] for row in as_(None).get(path).json()] == wanted
    pages = [as_(None).get(f"{path}?limit=2&page={page}").json() for page in (1, 2, 3)]
    assert [row["id"] for page in pages for row in page] == wanted


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Roof", "Garden"]),
        ("status=", ["Roof", "Garden"]),
        ("status=In-Progress", ["Roof"]),
        ("status=pending", ["Garden"]),
        ("status=demolished", []),
        ("status=%00", []),
        ("limit=0&page=-3", ["Roof"]),
        ("limit=x&page=y", ["Roof", "Garden"]),
        ("unknown=1", ["Roof", "Garden"]),
    ],
)
def test_no_filter_fails(cast, as_, path, query, found):
    own = {"project": cast.meera_project}
    PhaseFactory(**own, sequence=1, phase_name="Roof", status="in_progress")
    PhaseFactory(**own, sequence=2, phase_name="Garden")
    reply = as_(None).get(f"{path}?{query}")
    assert reply.status_code == 200
    assert [row["phase_name"] for row in reply.json()] == found


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("name", [None, "asha", "meera", "sana"])
def test_the_list_costs_one_query(cast, as_, path, django_assert_num_queries, item_count, name):
    phases = PhaseFactory.create_batch(item_count, project=cast.meera_project)
    api = as_(name and getattr(cast, name))
    with django_assert_num_queries(1):
        assert len(api.get(path).json()) == item_count
    with django_assert_num_queries(1):
        api.get(f"/api/progress/{phases[0].pk}")


def test_phases_of_a_project_that_is_not_public(cast, as_):
    meera = cast.meera.builder
    for hidden in ({"published_at": None}, {"archived_at": LONG_AGO}):
        phase = PhaseFactory(project=ProjectFactory(builder=meera, **hidden))
        for name, status in ((None, 404), ("asha", 404), ("kiran", 404), ("meera", 200)):
            api = as_(name and getattr(cast, name))
            for url in (f"/api/projects/{phase.project_id}/progress", f"/api/progress/{phase.pk}"):
                assert api.get(url).status_code == status, (name, url)


def test_a_phase_is_changed_by_its_other_names_too(cast, as_):
    phase = PhaseFactory(project=cast.meera_project, start_date="2026-01-01")
    path, api = f"/api/progress/{phase.pk}", as_(cast.meera)
    body = api.patch(path, {"completion_percentage": 100, "description": "Done."}).json()
    assert (body["progress_percentage"], body["phase_description"]) == (100, "Done.")
    assert api.patch(path, {"start_date": ""}).json()["start_date"] is None
    assert api.patch(path, {"status": "COMPLETED"}).json()["status"] == "completed"
    assert api.patch(path).status_code == 200


def test_a_phase_is_not_moved_to_another_project(cast, as_, stored):
    phase = PhaseFactory(project=cast.meera_project)
    before = stored()
    body = {"project_id": cast.kiran_project.pk, "id": 7, "created_at": "2020-01-01T00:00:00Z"}
    assert as_(cast.meera).patch(f"/api/progress/{phase.pk}", body).status_code == 200
    assert stored() == before


def test_dates_out_of_order(cast, as_, form, stored):
    before = stored()
    reply = as_(cast.meera).post("/api/progress", form | {"actual_end_date": "2026-01-31"})
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid")
    assert list(reply.json()["errors"]) == ["actual_end_date"]
    assert stored() == before


def test_only_the_builder_and_staff_write(cast, as_, form, stored):
    path = f"/api/progress/{PhaseFactory(project=cast.meera_project).pk}"
    before = stored()
    for name, status in ((None, 401), ("asha", 403), ("kiran", 404)):
        api = as_(name and getattr(cast, name))
        for reply in (api.post("/api/progress", form), api.patch(path, {"phase_name": "x"})):
            assert reply.status_code == status, (name, reply.content)
    assert stored() == before
    assert as_(cast.sana).post("/api/progress", form).status_code == 201


def test_a_repeated_post_makes_one_phase(cast, as_, form):
    api = as_(cast.meera)
    replies = [api.post("/api/progress", form, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].content == replies[1].content
    assert ProjectProgress.objects.count() == 1


def test_phases_are_not_deleted(cast, as_):
    phase = PhaseFactory(project=cast.meera_project)
    assert as_(cast.meera).delete(f"/api/progress/{phase.pk}").status_code == 405
    assert as_(cast.meera).get("/api/progress").status_code == 405
