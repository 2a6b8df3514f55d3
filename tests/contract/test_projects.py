"""The catalogue as the frontend's pages ask for it (contract 7.2 and 8)."""

import pytest

from tests.cast import Cast
from tests.contract.conftest import Login
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import ProjectFactory, UnitFactory

FORM = {
    "project_name": "Lake View",
    "description": "",
    "project_type": "mixed_use",
    "location_address": "",
    "location_city": "Pune",
    "location_state": "",
    "location_zipcode": "",
    "total_units": 0,
    "available_units": 0,
    "start_date": "",
    "expected_completion_date": "",
    "amenities": [],
}


def test_project_list_has_what_the_pages_read(cast: Cast, login: Login) -> None:
    body = login(None).get("/api/projects?page=1&limit=10").json()
    assert type(body["total"]) is int
    assert (body["total"], body["page"], body["limit"]) == (2, 1, 10)
    assert [row["id"] for row in body["projects"]] == [cast.kiran_project.pk, cast.meera_project.pk]
    row = body["projects"][1]
    assert row["name"] == row["project_name"] == "Meera Gardens"
    assert row["location"] == "12 Lake Road, Pune, Maharashtra"
    assert row["price_range_start"] == row["price_range_min"] == 5_500_000
    assert row["price_range_end"] == row["price_range_max"] == 9_500_000
    assert "expected_completion" in row
    assert row["builder"]["full_name"] == "Meera Homes"
    assert not {"phone", "address", "license_number"} & row["builder"].keys()
    assert row["amenities"] == ["Gym", "Pool"]
    assert (row["total_units"], row["available_units"], row["bookings"]) == (1, 1, 0)
    assert isinstance(row["progress"], int | float)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=in-progress", 2),
        ("status=ONGOING", 2),
        ("status=on-hold", 0),
        ("status=PLANNING", 0),
        ("project_type=apartment", 2),
        ("project_type=spaceship", 0),
        ("location=pUnE", 2),
        ("location=waterfront", 0),
        ("min_price=50000&max_price=500000", 0),
        ("min_price=9000000", 2),
        ("min_price=abc", 0),
        ("limit=0", 2),
        ("limit=1000", 2),
        ("page=0", 2),
        ("page=9999", 2),
        ("limit=-1&page=99999999999999999999", 2),
        ("status=", 2),
    ],
)
def test_filters_never_fail(cast: Cast, login: Login, query: str, found: int) -> None:
    reply = login(None).get(f"/api/projects?{query}")
    assert reply.status_code == 200
    assert reply.json()["total"] == found


@pytest.mark.parametrize("kind", [("mixed_use", "mixed"), ("industrial", "industrial")])
def test_project_form_with_blanks_is_accepted(
    cast: Cast, login: Login, kind: tuple[str, str]
) -> None:
    sent, stored = kind
    body = FORM | {"project_type": sent, "builder_id": cast.kiran.pk}
    reply = login(cast.meera).post("/api/projects", body)
    assert reply.status_code == 201, reply.content
    assert reply.json()["builder_id"] == cast.meera.pk
    assert reply.json()["project_type"] == stored
    assert reply.json()["start_date"] is None


def test_project_edit_form_persists_every_field(cast: Cast, login: Login) -> None:
    api, url = login(cast.meera), f"/api/projects/{cast.meera_project.pk}"
    sent = {
        "project_name": "Meera Gardens II",
        "description": "More homes.",
        "location_address": "13 Lake Road",
        "location_city": "Mumbai",
        "location_state": "MH",
        "location_zipcode": "400001",
        "project_area": 5000.5,
        "price_range_min": 100,
        "price_range_max": 200.25,
        "amenities": ["Library"],
    }
    reply = api.patch(url, sent | {"status": "ON_HOLD"})
    assert reply.status_code == 200, reply.content
    stored = api.get(url).json()
    assert {name: stored[name] for name in sent} == sent
    assert stored["status"] == "on_hold"


def test_a_builder_sees_its_own_projects_and_may_edit_each(cast: Cast, login: Login) -> None:
    api = login(cast.meera)
    rows = api.get("/api/projects?page=1&limit=3").json()["projects"]
    assert [row["id"] for row in rows] == [cast.meera_project.pk]
    assert (
        api.patch(f"/api/projects/{cast.meera_project.pk}", {"description": "x"}).status_code == 200
    )
    assert (
        api.patch(f"/api/projects/{cast.kiran_project.pk}", {"description": "x"}).status_code == 404
    )


def test_delete_answers_200_with_a_message(cast: Cast, login: Login) -> None:
    reply = login(cast.meera).delete(f"/api/projects/{cast.meera_project.pk}")
    assert reply.status_code == 200
    assert reply.json()["message"]
    assert login(None).get(f"/api/projects/{cast.meera_project.pk}").status_code == 404


def test_a_project_with_a_booking_is_not_deleted(cast: Cast, login: Login, booked: dict) -> None:
    reply = login(cast.meera).delete(f"/api/projects/{cast.meera_project.pk}")
    assert (reply.status_code, reply.json()["code"]) == (409, "project_has_bookings")
    assert login(None).get(f"/api/projects/{cast.meera_project.pk}").status_code == 200


def test_progress_updates_and_units_are_bare_arrays_without_secrets(
    cast: Cast, login: Login
) -> None:
    PhaseFactory(project=cast.meera_project, phase_name="Foundation")
    PhaseFactory(project=cast.meera_project, phase_name="Secret", customer_visible=False)
    UpdateFactory(project=cast.meera_project, update_title="For all", is_public=True)
    UpdateFactory(project=cast.meera_project, update_title="Draft", published_at=None)
    base = f"/api/projects/{cast.meera_project.pk}"
    phases = login(None).get(f"{base}/progress").json()
    assert [phase["phase_name"] for phase in phases] == ["Foundation"]
    assert not {"contractor_notes", "customer_visible"} & phases[0].keys()
    assert phases[0]["completion_percentage"] == phases[0]["progress_percentage"] == 0
    assert {"description", "end_date", "start_date", "status"} <= phases[0].keys()
    owner = login(cast.meera).get(f"{base}/progress").json()
    assert {phase["phase_name"] for phase in owner} == {"Foundation", "Secret"}
    assert owner[0]["contractor_notes"]
    updates = login(None).get(f"{base}/updates").json()
    assert [update["title"] for update in updates] == ["For all"]
    assert updates[0]["update_date"] == updates[0]["created_at"]
    units = login(None).get(f"{base}/units").json()
    assert [unit["unit_number"] for unit in units] == ["A-101"]
    assert (units[0]["price"], units[0]["status"], units[0]["features"]) == (
        7_500_000,
        "available",
        [],
    )


def test_units_of_a_missing_project_are_404(db: None, login: Login) -> None:
    assert login(None).get("/api/projects/999999/units").status_code == 404


def test_lists_that_are_arrays_are_paged(cast: Cast, login: Login) -> None:
    UnitFactory.create_batch(3, project=cast.meera_project)
    reply = login(None).get(f"/api/projects/{cast.meera_project.pk}/units?page=2&limit=3")
    assert len(reply.json()) == 1
    assert reply["X-Total-Count"] == "4"
    assert 'rel="prev"' in reply["Link"]


def test_public_readers_do_not_learn_what_is_blocked(cast: Cast, login: Login) -> None:
    blocked = UnitFactory(project=cast.meera_project, released_at=None)
    url = f"/api/units/{blocked.pk}"
    assert login(None).get(url).json()["status"] == "reserved"
    assert login(cast.meera).get(url).json()["status"] == "not_released"


def test_an_archived_or_unpublished_project_is_invisible(db: None, login: Login) -> None:
    hidden = ProjectFactory(published_at=None)
    assert login(None).get(f"/api/projects/{hidden.pk}").status_code == 404
    assert login(hidden.builder.user).get(f"/api/projects/{hidden.pk}").status_code == 200
