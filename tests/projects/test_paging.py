"""Pages over rows that tie: every row once, whatever the order, and the same on every request."""

import pytest

from tests.factories.projects import (
    LONG_AGO,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

TWINS = 7
PROJECT_ORDERS = [
    f"ordering={sign}{name}"
    for name in ("created_at", "name", "price", "expected_completion")
    for sign in ("", "-")
]
UNIT_ORDERS = [
    f"ordering={sign}{name}" for name in ("price", "area", "floor") for sign in ("", "-")
]


def walk(api, path, query, key=None):
    """The keys of all pages of two, and those of one page of everything."""
    pages = []
    for number in range(1, TWINS // 2 + 2):
        body = api.get(f"{path}?{query}&limit=2&page={number}").json()
        pages += [row["id"] for row in (body[key] if key else body)]
    body = api.get(f"{path}?{query}&limit=100").json()
    return pages, [row["id"] for row in (body[key] if key else body)]


@pytest.mark.parametrize("query", ["", "search=twin", "search=twn", *PROJECT_ORDERS])
def test_projects(db, as_, query):
    twins = ProjectFactory.create_batch(TWINS, project_name="Twin", created_at=LONG_AGO)
    pages, whole = walk(as_(None), "/api/projects", query, "projects")
    assert pages == whole
    assert sorted(pages) == [twin.pk for twin in twins]


@pytest.mark.parametrize("query", ["", "status=available", *UNIT_ORDERS])
def test_units(cast, as_, query):
    cast.meera_unit.delete()
    twins = UnitFactory.create_batch(TWINS, project=cast.meera_project)
    for path in (f"/api/projects/{cast.meera_project.pk}/units", "/api/units"):
        narrow = f"{query}&project_id={cast.meera_project.pk}"
        pages, whole = walk(as_(None), path, narrow)
        assert pages == whole
        assert sorted(pages) == [twin.pk for twin in twins]


def test_models_and_towers(cast, as_):
    own = {"project": cast.meera_project}
    models = Model3DFactory.create_batch(TWINS, **own, model_name="Twin")
    towers = TowerFactory.create_batch(TWINS, **own)
    for rest, rows in (("models", models), ("towers", towers)):
        pages, whole = walk(as_(None), f"/api/projects/{cast.meera_project.pk}/{rest}", "")
        assert pages == whole
        assert sorted(pages) == [row.pk for row in rows]
