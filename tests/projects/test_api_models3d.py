"""3D models over HTTP: each for those whom its access level admits (contract 8.1)."""

import pytest

from projects.models import Model3D
from tests.factories.projects import ClaimFactory, Model3DFactory, ProjectFactory, UnitFactory

FORM = {
    "model_name": "Lobby",
    "model_type": "Floor Plan",
    "file_format": "GLB",
    "file_url": "https://files.example.com/lobby.glb",
    "access_level": "customers-only",
    "viewer_settings": {"camera": [1, 2.5, 0]},
}


@pytest.fixture
def own(cast):
    """Meera's project, as a body names it."""
    return {"project_id": cast.meera_project.pk}


def test_a_model_has_exactly_these_fields(cast, as_, own, noon):
    reply = as_(cast.meera).post(
        "/api/models",
        FORM | own | {"unit_id": cast.meera_unit.pk, "thumbnail_url": "/api/files/4", "version": 9},
    )
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert body == {
        "id": Model3D.objects.get().pk,
        "project_id": cast.meera_project.pk,
        "unit_id": cast.meera_unit.pk,
        "model_name": "Lobby",
        "model_type": "floor_plan",
        "file_format": "glb",
        "file_id": None,
        "file_url": "https://files.example.com/lobby.glb",
        "file_size": None,
        "thumbnail_id": None,
        "thumbnail_url": "http://testserver/api/files/4",
        "access_level": "customers_only",
        "version": 1,
        "viewer_settings": {"camera": [1, 2.5, 0]},
        "is_active": True,
        "created_at": body["created_at"],
        "updated_at": "2026-01-05T12:00:00Z",
    }
    assert as_(cast.asha).get(f"/api/models/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("level", "opens"),
    [
        ("public", {None, "asha", "ravi", "meera", "kiran", "sana"}),
        ("customers_only", {"asha", "ravi", "meera", "sana"}),
        ("booked_customers", {"asha", "meera", "sana"}),
    ],
)
def test_who_opens_what(cast, as_, level, opens):
    model = Model3DFactory(project=cast.meera_project, access_level=level)
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    for person in (None, "asha", "ravi", "meera", "kiran", "sana"):
        api = as_(person and getattr(cast, person))
        listed = api.get(f"/api/projects/{cast.meera_project.pk}/models")
        assert [row["id"] for row in listed.json()] == ([model.pk] if person in opens else [])
        status = api.get(f"/api/models/{model.pk}").status_code
        assert status == (200 if person in opens else 404), person


def test_a_model_is_replaced_and_removed(cast, as_, own):
    api = as_(cast.meera)
    pk = api.post("/api/models", FORM | own | {"access_level": "public"}).json()["id"]
    path = f"/api/models/{pk}"
    changed = api.patch(path, {"file_url": "/api/files/5", "access_level": "public"}).json()
    assert (changed["version"], changed["file_url"]) == (2, "http://testserver/api/files/5")
    reply = api.delete(path)
    assert (reply.status_code, reply.json()) == (200, {"message": "The 3D model was removed."})
    assert as_(None).get(path).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.get(path).json()["is_active"] is False
    assert Model3D.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Gym", "Hall", "Plan"]),
        ("model_type=floor-plan", ["Plan"]),
        ("model_type=castle", []),
        ("access_level=CUSTOMERS_ONLY", ["Hall"]),
        ("access_level=nobody", []),
        ("unit_id={unit}", ["Plan"]),
        ("unit_id=99999999999999999999", []),
        ("unit_id=x", []),
        ("model_type=%00", []),
        ("limit=0&page=0", ["Gym"]),
    ],
)
def test_models_are_filtered_and_no_filter_fails(cast, as_, query, found):
    own = {"project": cast.meera_project}
    Model3DFactory(**own, model_name="Plan", model_type="floor_plan", unit=cast.meera_unit)
    Model3DFactory(**own, model_name="Hall", access_level="customers_only")
    Model3DFactory(**own, model_name="Gym")
    query = query.format(unit=cast.meera_unit.pk)
    reply = as_(cast.meera).get(f"/api/projects/{cast.meera_project.pk}/models?{query}")
    assert reply.status_code == 200
    assert [row["model_name"] for row in reply.json()] == found


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("person", [None, "asha", "meera"])
def test_models_cost_three_queries(cast, as_, django_assert_num_queries, item_count, person):
    models = Model3DFactory.create_batch(item_count, project=cast.meera_project)
    Model3DFactory(project=ProjectFactory())
    for _ in range(2):
        ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=cast.asha.customer)
    api = as_(person and getattr(cast, person))
    with django_assert_num_queries(3):  # project, count, rows
        rows = api.get(f"/api/projects/{cast.meera_project.pk}/models").json()
    assert len(rows) == item_count
    with django_assert_num_queries(1):
        api.get(f"/api/models/{models[0].pk}")


def test_only_the_builder_and_staff_write(cast, as_, own, stored):
    path = f"/api/models/{Model3DFactory(project=cast.meera_project).pk}"
    before = stored()
    for person, status in ((None, 401), (cast.asha, 403), (cast.kiran, 404)):
        api = as_(person)
        assert api.post("/api/models", FORM | own).status_code == status
        assert api.patch(path, {"model_name": "x"}).status_code == status
        assert api.delete(path).status_code == status
    assert stored() == before


def test_a_repeated_post_makes_one_model(cast, as_, own):
    api = as_(cast.meera)
    replies = [api.post("/api/models", FORM | own, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert Model3D.objects.count() == 1
