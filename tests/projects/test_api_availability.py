"""The availability grid over HTTP: towers, floors, units with status and price."""

import pytest

from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)


@pytest.fixture
def grid(cast):
    """North: two floors, one unit held, one blocked; South: empty; one shop without a tower, sold."""
    project = cast.meera_project
    project.units.all().delete()
    north = TowerFactory(project=project, name="North")
    TowerFactory(project=project, name="South")
    own = {"project": project, "tower": north}
    UnitFactory(**own, unit_number="N102", floor_number=1, price="200.50", facing="north")
    UnitFactory(**own, unit_number="N101", floor_number=1, price="100", blocked_at=LONG_AGO)
    ClaimFactory(unit=UnitFactory(**own, unit_number="N201", floor_number=2))
    shop = UnitFactory(project=project, unit_number="S1", floor_number=0, unit_type="shop")
    ClaimFactory(unit=shop, kind="booking", stage="sold")
    return project


@pytest.mark.parametrize(("person", "blocked"), [(None, "reserved"), ("meera", "blocked")])
def test_the_grid_shows_towers_floors_and_units(cast, as_, grid, person, blocked):
    api = as_(person and getattr(cast, person))
    body = api.get(f"/api/projects/{grid.pk}/availability").json()
    cells = [
        (
            tower["name"],
            tower["id"] is None,
            [
                (
                    floor["floor_number"],
                    [(unit["unit_number"], unit["status"]) for unit in floor["units"]],
                )
                for floor in tower["floors"]
            ],
        )
        for tower in body["towers"]
    ]
    assert cells == [
        (
            "North",
            False,
            [(2, [("N201", "reserved")]), (1, [("N101", blocked), ("N102", "available")])],
        ),
        ("", True, [(0, [("S1", "sold")])]),
    ]
    expected = {"available": 1, "sold": 1, "reserved": 1}
    expected[blocked] = expected.get(blocked, 0) + 1
    assert body["totals"] == expected
    assert (body["project_id"], body["currency"]) == (grid.pk, "INR")
    unit = body["towers"][0]["floors"][1]["units"][1]
    assert unit == {
        "id": unit["id"],
        "unit_number": "N102",
        "unit_type": "2BHK",
        "status": "available",
        "price": 200.5,
        "area_sqft": 1045.5,
        "facing": "north",
    }


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_grid_costs_three_queries(cast, as_, django_assert_num_queries, item_count):
    for tower in TowerFactory.create_batch(item_count, project=cast.meera_project):
        UnitFactory.create_batch(item_count, project=cast.meera_project, tower=tower)
    with django_assert_num_queries(3):  # project, units, towers
        body = as_(None).get(f"/api/projects/{cast.meera_project.pk}/availability").json()
    assert body["totals"] == {"available": item_count**2 + 1}


def test_a_project_without_units_has_an_empty_grid(db, as_):
    project = ProjectFactory()
    assert as_(None).get(f"/api/projects/{project.pk}/availability").json() == {
        "project_id": project.pk,
        "currency": "INR",
        "totals": {},
        "towers": [],
    }


def test_one_tower_of_the_grid(cast, as_, grid):
    north = grid.towers.get(name="North")
    UnitFactory(project=grid, tower=grid.towers.get(name="South"), unit_number="Z1")
    url = f"/api/projects/{grid.pk}/availability"
    body = as_(cast.meera).get(url, {"tower_id": north.pk}).json()
    assert [tower["name"] for tower in body["towers"]] == ["North"]
    assert body["totals"] == {"reserved": 1, "blocked": 1, "available": 1}


@pytest.mark.parametrize("tower", ["x", "-1", "1.5", "\x00", "9" * 40, "kiran"])
def test_what_is_no_tower_of_the_project_matches_nothing(cast, as_, grid, tower):
    key = TowerFactory(project=cast.kiran_project).pk if tower == "kiran" else tower
    reply = as_(None).get(f"/api/projects/{grid.pk}/availability", {"tower_id": key})
    assert (reply.status_code, reply.json()["towers"], reply.json()["totals"]) == (200, [], {})


def test_who_has_the_grid_already_hears_304_until_something_changes(cast, as_, grid):
    url = f"/api/projects/{grid.pk}/availability"
    first = as_(None).get(url)
    again = as_(None).get(url, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again["ETag"] == first["ETag"]
    assert as_(cast.meera).get(url, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200
    ClaimFactory(unit=grid.units.get(unit_number="N102"))
    after = as_(None).get(url, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (after.status_code, after.json()["totals"]) == (200, {"reserved": 3, "sold": 1})
