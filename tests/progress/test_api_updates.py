"""Construction updates over HTTP (contract 0.18, 7.2): for buyers, newest first; drafts for the owner."""

from datetime import timedelta

import pytest

from bookings.services import book_unit, cancel_booking
from progress.models import ConstructionUpdate
from tests.factories.progress import UpdateFactory
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory

FORM = {
    "title": "Slab poured",
    "description": "Floor 4 is curing.",
    "update_type": "Milestone",
    "priority": "HIGH",
    "images": ["https://cdn.example.com/7.png"],
    "videos": ["https://cdn.example.com/a.mp4"],
    "tags": ["slab"],
    "weather_impact": "Rain",
    "estimated_delay_days": 2,
    "is_public": True,
}


@pytest.fixture
def path(cast):
    return f"/api/projects/{cast.meera_project.pk}/updates"


@pytest.fixture
def form(cast):
    return FORM | {"project_id": cast.meera_project.pk}


def titles(reply):
    assert reply.status_code == 200, reply.content
    return [row["title"] for row in reply.json()]


def test_an_update_has_exactly_these_fields(cast, as_, noon, form, path):
    reply = as_(cast.meera).post("/api/updates", form | {"posted_by": cast.kiran.pk})
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert body == {
        "id": ConstructionUpdate.objects.get().pk,
        "project_id": cast.meera_project.pk,
        "update_title": "Slab poured",
        "title": "Slab poured",
        "update_content": "Floor 4 is curing.",
        "description": "Floor 4 is curing.",
        "update_type": "milestone",
        "priority": "high",
        "images": ["https://cdn.example.com/7.png"],
        "videos": ["https://cdn.example.com/a.mp4"],
        "tags": ["slab"],
        "weather_impact": "Rain",
        "estimated_delay_days": 2,
        "is_public": True,
        "is_published": True,
        "published_at": "2026-01-05T12:00:00Z",
        "posted_by": cast.meera.pk,
        "created_at": body["created_at"],
        "update_date": body["created_at"],
        "updated_at": "2026-01-05T12:00:00Z",
    }
    assert as_(None).get(path).json() == [body]
    assert as_(None).get(f"/api/updates/{body['id']}").json() == body


READS = {
    None: {"public"},
    "ravi": {"public"},
    "asha": {"public", "buyers"},
    "kiran": {"public"},
    "meera": {"public", "buyers", "draft"},
    "sana": {"public", "buyers", "draft"},
}


@pytest.mark.parametrize(("name", "reads"), READS.items())
def test_who_reads_what(cast, as_, path, name, reads):
    """Asha has a live hold in the project, Ravi one elsewhere."""
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    ClaimFactory(unit=cast.kiran_unit, customer=cast.ravi.customer)
    own = {"project": cast.meera_project}
    rows = [
        UpdateFactory(**own, update_title="public", is_public=True),
        UpdateFactory(**own, update_title="buyers"),
        UpdateFactory(**own, update_title="draft", is_public=True, published_at=None),
    ]
    api = as_(name and getattr(cast, name))
    reply = api.get(path)
    assert set(titles(reply)) == reads
    assert reply["X-Total-Count"] == str(len(reads))
    for row in rows:
        status = api.get(f"/api/updates/{row.pk}").status_code
        assert status == (200 if row.update_title in reads else 404), row.update_title


def test_a_buyer_reads_while_the_booking_lives(cast, as_, path, noon):
    update = UpdateFactory(project=cast.meera_project)
    api = as_(cast.asha)
    assert titles(api.get(path)) == []
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert titles(api.get(path)) == [update.update_title]
    cancel_booking(actor=cast.asha, booking_id=booking.pk, reason="Changed my mind")
    assert titles(api.get(path)) == []
    noon(hours=3)
    book_unit(actor=cast.asha, unit_id=UnitFactory(project=cast.meera_project).pk)
    assert api.get(f"/api/updates/{update.pk}").status_code == 200
    noon(hours=3, minutes=30)
    assert api.get(f"/api/updates/{update.pk}").status_code == 404, "the hold has lapsed"


def test_newest_first_and_the_key_decides_ties(cast, as_, path):
    own = {"project": cast.meera_project, "is_public": True}
    newest = UpdateFactory(**own, created_at=LONG_AGO + timedelta(days=1))
    twins = UpdateFactory.create_batch(4, **own, created_at=LONG_AGO)
    UpdateFactory(project=cast.kiran_project, is_public=True)
    wanted = [newest.pk, *(twin.pk for twin in reversed(twins))]
    assert [row["id"] for row in as_(None).get(path).json()] == wanted
    pages = [as_(None).get(f"{path}?limit=2&page={page}").json() for page in (1, 2, 3)]
    assert [row["id"] for page in pages for row in page] == wanted


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Draft", "Crack", "Slab"]),
        ("update_type=MILESTONE", ["Slab"]),
        ("update_type=gossip", []),
        ("priority=critical", ["Crack"]),
        ("priority=urgent", []),
        ("is_published=true", ["Crack", "Slab"]),
        ("is_published=false", ["Draft"]),
        ("is_published=", ["Draft", "Crack", "Slab"]),
        ("priority=%00", []),
        ("limit=0&page=0", ["Draft"]),
        ("limit=2&page=2", ["Slab"]),
    ],
)
def test_no_filter_fails(cast, as_, path, query, found):
    own = {"project": cast.meera_project}
    UpdateFactory(**own, update_title="Slab", update_type="milestone")
    UpdateFactory(**own, update_title="Crack", priority="critical")
    UpdateFactory(**own, update_title="Draft", published_at=None)
    assert titles(as_(cast.meera).get(f"{path}?{query}")) == found


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("name", [None, "asha", "meera", "sana"])
def test_the_list_costs_two_queries(cast, as_, path, django_assert_num_queries, item_count, name):
    updates = UpdateFactory.create_batch(item_count, project=cast.meera_project, is_public=True)
    for _ in range(2):
        ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=cast.asha.customer)
    api = as_(name and getattr(cast, name))
    with django_assert_num_queries(2):  # project, rows
        assert len(api.get(path).json()) == item_count
    with django_assert_num_queries(1):
        api.get(f"/api/updates/{updates[0].pk}")


def test_updates_of_a_project_that_is_not_public(cast, as_):
    project = ProjectFactory(builder=cast.meera.builder, published_at=None)
    update = UpdateFactory(project=project, is_public=True)
    for name, status in ((None, 404), ("asha", 404), ("kiran", 404), ("meera", 200)):
        api = as_(name and getattr(cast, name))
        for url in (f"/api/projects/{project.pk}/updates", f"/api/updates/{update.pk}"):
            assert api.get(url).status_code == status, (name, url)


def test_a_draft_is_published_taken_back_and_deleted(cast, as_, form):
    api = as_(cast.meera)
    body = api.post("/api/updates", form | {"is_published": False}).json()
    path = f"/api/updates/{body['id']}"
    assert (body["is_published"], body["published_at"]) == (False, None)
    assert as_(None).get(path).status_code == 404
    assert api.patch(path, {"is_published": True}).json()["is_published"] is True
    assert as_(None).get(path).status_code == 200
    assert api.patch(path, {"is_published": False}).json()["published_at"] is None
    assert as_(None).get(path).status_code == 404
    reply = api.delete(path)
    assert (reply.status_code, reply.json()) == (200, {"message": "The update was deleted."})
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404


def test_an_update_is_changed_by_its_other_names_too(cast, as_):
    update = UpdateFactory(project=cast.meera_project, estimated_delay_days=3)
    path, api = f"/api/updates/{update.pk}", as_(cast.meera)
    body = api.patch(path, {"title": "New", "description": "More."}).json()
    assert (body["update_title"], body["update_content"]) == ("New", "More.")
    assert api.patch(path, {"estimated_delay_days": None}).json()["estimated_delay_days"] is None
    assert api.patch(path).status_code == 200


def test_what_the_server_knows_is_not_taken_from_the_form(cast, as_, stored):
    update = UpdateFactory(project=cast.meera_project)
    before = stored()
    body = {
        "project_id": cast.kiran_project.pk,
        "posted_by": cast.kiran.pk,
        "published_at": "2020-01-01T00:00:00Z",
        "created_at": "2020-01-01T00:00:00Z",
        "update_date": "2020-01-01T00:00:00Z",
    }
    assert as_(cast.meera).patch(f"/api/updates/{update.pk}", body).status_code == 200
    assert stored() == before


def test_only_the_builder_and_staff_write(cast, as_, form, stored):
    """Also those who may read it."""
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    path = f"/api/updates/{UpdateFactory(project=cast.meera_project, is_public=True).pk}"
    before = stored()
    for name, status in ((None, 401), ("asha", 403), ("kiran", 404)):
        api = as_(name and getattr(cast, name))
        for reply in (
            api.post("/api/updates", form),
            api.patch(path, {"title": "x"}),
            api.delete(path),
        ):
            assert reply.status_code == status, (name, reply.content)
    assert stored() == before
    assert as_(cast.sana).post("/api/updates", form).json()["posted_by"] == cast.sana.pk


def test_a_repeated_post_makes_one_update(cast, as_, form):
    api = as_(cast.meera)
    replies = [api.post("/api/updates", form, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].content == replies[1].content
    assert ConstructionUpdate.objects.count() == 1
