"""Units and towers over HTTP (contract 7.2): bare arrays, derived status, forms, and what strangers may not do."""

import pytest

from bookings.services import book_unit, hold_unit
from projects.models import Tower, Unit
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

FORM = {
    "unit_number": "B-201",
    "unit_type": "2bhk",
    "floor_number": 2,
    "area_sqft": 1045.5,
    "price": 7_500_000,
    "bathrooms": 2,
}
BULK = {
    "first_floor": 1,
    "last_floor": 3,
    "prefix": "N-",
    "price_rise_per_floor": 25_000,
    "templates": [
        {"suffix": "01", "unit_type": "2bhk", "area_sqft": 1045.5, "price": 7_500_000},
        {"suffix": "02", "unit_type": "4BHK+", "area_sqft": 2000, "price": 15_000_000.5},
    ],
}


@pytest.fixture
def own(cast):
    """Meera's project, as a body names it."""
    return {"project_id": cast.meera_project.pk}


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_unit_has_exactly_these_fields(cast, as_, noon):
    tower = TowerFactory(project=cast.meera_project)
    unit = UnitFactory(
        project=cast.meera_project,
        tower=tower,
        unit_number="A-301",
        facing="northeast",
        features=["Corner"],
        floor_plan_url="/api/files/3",
        balconies=1,
        parking_spaces=2,
        block_reason="never shown",
        created_at=noon(),
        updated_at=noon(),
    )
    body = as_(None).get(f"/api/units/{unit.pk}").json()
    assert body == {
        "id": unit.pk,
        "project_id": cast.meera_project.pk,
        "tower_id": tower.pk,
        "unit_number": "A-301",
        "unit_type": "2BHK",
        "floor_number": 3,
        "area_sqft": 1045.5,
        "price": 7_500_000,
        "status": "available",
        "facing": "northeast",
        "balconies": 1,
        "bathrooms": 2,
        "parking_spaces": 2,
        "floor_plan_url": "http://testserver/api/files/3",
        "features": ["Corner"],
        "created_at": "2026-01-05T12:00:00Z",
        "updated_at": "2026-01-05T12:00:00Z",
    }
    (listed,) = as_(None).get(f"/api/units?tower_id={tower.pk}").json()
    assert listed == body


def test_the_units_of_a_project_floor_by_floor(cast, as_):
    for floor, number in ((2, "A-201"), (1, "A-102"), (-1, "P-1"), (1, "A-101b")):
        UnitFactory(project=cast.meera_project, floor_number=floor, unit_number=number)
    reply = as_(None).get(f"/api/projects/{cast.meera_project.pk}/units")
    assert [unit["unit_number"] for unit in reply.json()] == [
        "P-1",
        "A-101b",
        "A-102",
        "A-201",
        "A-101",
    ]
    assert reply["X-Total-Count"] == "5"


def test_all_units_that_the_caller_may_see_project_by_project(cast, as_):
    draft = UnitFactory(project=ProjectFactory(builder=cast.meera.builder, published_at=None))
    UnitFactory(project=ProjectFactory(builder=cast.meera.builder, archived_at=LONG_AGO))
    public = [cast.meera_unit.pk, cast.kiran_unit.pk]
    for person, seen in ((None, public), (cast.asha, public), (cast.meera, [*public, draft.pk])):
        assert [unit["id"] for unit in as_(person).get("/api/units").json()] == seen
    for person, status in ((None, 404), (cast.kiran, 404), (cast.meera, 200), (cast.sana, 200)):
        assert as_(person).get(f"/api/units/{draft.pk}").status_code == status


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (None, ["reserved", "reserved"]),
        ("asha", ["reserved", "reserved"]),
        ("kiran", ["reserved", "reserved"]),
        ("meera", ["blocked", "not_released"]),
        ("sana", ["blocked", "not_released"]),
    ],
)
def test_blocked_and_unreleased_units_look_reserved_to_others(cast, as_, person, shown):
    hidden = [
        UnitFactory(project=cast.meera_project, blocked_at=LONG_AGO, floor_number=8),
        UnitFactory(project=cast.meera_project, released_at=None, floor_number=9),
    ]
    api = as_(person and getattr(cast, person))
    rows = api.get(f"/api/projects/{cast.meera_project.pk}/units?min_floor=8").json()
    assert [row["status"] for row in rows] == shown
    assert [api.get(f"/api/units/{unit.pk}").json()["status"] for unit in hidden] == shown


def test_R4_1_the_status_follows_the_claim(cast, as_, noon):
    api, path = as_(cast.ravi), f"/api/units/{cast.meera_unit.pk}"
    assert api.get(path).json()["status"] == "available"
    hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert api.get(path).json()["status"] == "reserved"
    noon(minutes=30)
    assert api.get(path).json()["status"] == "available"
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), kind="booking", stage="booked")
    rows = api.get(f"/api/projects/{cast.meera_project.pk}/units").json()
    assert sorted(row["status"] for row in rows) == ["available", "booked"]


def test_an_answer_never_says_who_has_a_unit(cast, as_):
    hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    for path in ("/api/units", f"/api/units/{cast.meera_unit.pk}"):
        text = as_(cast.ravi).get(path).content
        assert b"Asha" not in text
        assert b"claim" not in text


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("person", [None, "meera", "sana"])
def test_lists_cost_a_fixed_number_of_queries(
    cast, as_, django_assert_num_queries, item_count, person
):
    project = ProjectFactory(builder=cast.meera.builder)
    for unit in UnitFactory.create_batch(item_count, project=project):
        ClaimFactory(unit=unit)
    api = as_(person and getattr(cast, person))
    with django_assert_num_queries(1):
        assert len(api.get(f"/api/projects/{project.pk}/units").json()) == item_count
    with django_assert_num_queries(2):
        assert len(api.get(f"/api/units?project_id={project.pk}").json()) == item_count
    with django_assert_num_queries(1):
        api.get(f"/api/units/{cast.meera_unit.pk}")


@pytest.mark.parametrize("item_count", [1, 3])
def test_towers_cost_one_query(cast, as_, django_assert_num_queries, item_count):
    TowerFactory.create_batch(item_count, project=cast.meera_project)
    TowerFactory(project=cast.kiran_project)
    with django_assert_num_queries(1):
        rows = as_(None).get(f"/api/projects/{cast.meera_project.pk}/towers").json()
    assert len(rows) == item_count


@pytest.mark.parametrize("below", ["towers", "units", "progress", "milestones", "certificates"])
def test_of_a_project_without_rows_and_of_one_that_is_not_there(
    as_, cast, django_assert_num_queries, below
):
    """Only where there are no rows it is asked whether there is a project."""
    empty, hidden = ProjectFactory(), ProjectFactory(published_at=None)
    UnitFactory(project=hidden, tower=TowerFactory(project=hidden))
    with django_assert_num_queries(2):
        assert as_(None).get(f"/api/projects/{empty.pk}/{below}").json() == []
    for pk in (hidden.pk, 2**40):
        assert as_(None).get(f"/api/projects/{pk}/{below}").status_code == 404


def test_towers_by_name(cast, as_, noon):
    path, api = f"/api/projects/{cast.meera_project.pk}/towers", as_(cast.meera)
    made = api.post(path, {"name": "South", "floors": 9})
    assert made.status_code == 201
    assert made.json() == {
        "id": Tower.objects.get().pk,
        "project_id": cast.meera_project.pk,
        "name": "South",
        "floors": 9,
        "created_at": made.json()["created_at"],
        "updated_at": "2026-01-05T12:00:00Z",
    }
    api.post(path, {"name": "North"})
    assert [tower["name"] for tower in as_(None).get(path).json()] == ["North", "South"]
    again = api.post(path, {"name": "North"})
    assert (again.status_code, again.json()["code"]) == (409, "tower_name_taken")


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_unit_is_made_and_its_status_is_not_taken_from_the_form(cast, as_, own):
    reply = as_(cast.meera).post("/api/units", FORM | own | {"status": "sold", "id": 7})
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert {name: body[name] for name in FORM} == FORM | {"unit_type": "2BHK"}
    assert (body["status"], body["facing"], body["balconies"]) == ("available", "", 0)
    assert body == as_(cast.meera).get(f"/api/units/{body['id']}").json()
    again = as_(cast.meera).post("/api/units", FORM | own)
    assert (again.status_code, again.json()["code"]) == (409, "unit_number_taken")
    assert Unit.objects.filter(project=cast.meera_project).count() == 2


def test_a_whole_tower_at_once(cast, as_, own):
    tower = TowerFactory(project=cast.meera_project)
    reply = as_(cast.meera).post("/api/units/bulk", BULK | own | {"tower_id": tower.pk})
    assert reply.status_code == 201, reply.content
    shown = [(unit["unit_number"], unit["unit_type"], unit["price"]) for unit in reply.json()]
    assert shown == [
        ("N-101", "2BHK", 7_500_000),
        ("N-102", "4BHK+", 15_000_000.5),
        ("N-201", "2BHK", 7_525_000),
        ("N-202", "4BHK+", 15_025_000.5),
        ("N-301", "2BHK", 7_550_000),
        ("N-302", "4BHK+", 15_050_000.5),
    ]
    assert {unit["tower_id"] for unit in reply.json()} == {tower.pk}
    again = as_(cast.meera).post("/api/units/bulk", BULK | own)
    assert (again.status_code, again.json()["code"]) == (409, "unit_number_taken")
    assert again.json()["numbers"][:2] == ["N-101", "N-102"]


def test_too_many_units_in_one_go(cast, as_, own, stored):
    template = BULK["templates"][0]
    templates = [template | {"suffix": str(number)} for number in range(10)]
    before = stored()
    reply = as_(cast.meera).post(
        "/api/units/bulk", BULK | own | {"last_floor": 201, "templates": templates}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "too_many_units")
    assert stored() == before


def test_repeated_posts_make_rows_once(cast, as_, own):
    api = as_(cast.meera)
    for path, body in (
        ("/api/units", FORM | own),
        ("/api/units/bulk", BULK | own),
        (f"/api/projects/{cast.meera_project.pk}/towers", {"name": "North"}),
    ):
        first, again = (api.post(path, body, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
    assert (Unit.objects.filter(project=cast.meera_project).count(), Tower.objects.count()) == (
        8,
        1,
    )


def test_a_unit_is_changed_blocked_and_put_on_sale_again(cast, as_):
    path, api = f"/api/units/{cast.meera_unit.pk}", as_(cast.meera)
    changes = {"price": 7_600_000.25, "facing": "North-East", "unit_type": "penthouse"}
    body = api.patch(path, changes).json()
    assert (body["price"], body["facing"], body["unit_type"]) == (
        7_600_000.25,
        "northeast",
        "penthouse",
    )
    steps = [
        ({"is_blocked": True, "block_reason": "Show flat"}, "blocked", "reserved"),
        ({"is_released": False}, "not_released", "reserved"),
        ({"is_released": True}, "blocked", "reserved"),
        ({"is_blocked": False}, "available", "available"),
    ]
    for change, own, public in steps:
        assert api.patch(path, change).json()["status"] == own
        assert as_(None).get(path).json()["status"] == public
    assert api.patch(path).status_code == 200


def test_R1_a_new_price_does_not_reach_a_booking(cast, as_):
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    price = as_(cast.asha).get(f"/api/bookings/{booking.pk}").json()["total_amount"]
    path = f"/api/units/{cast.meera_unit.pk}"
    assert as_(cast.meera).patch(path, {"price": 1}).status_code == 200
    assert as_(cast.asha).get(f"/api/bookings/{booking.pk}").json()["total_amount"] == price
    assert price == 7_500_000


def test_only_the_builder_and_staff_write(cast, as_, own, stored):
    before = stored()
    path = f"/api/units/{cast.meera_unit.pk}"
    for person, status in ((None, 401), (cast.asha, 403), (cast.kiran, 404)):
        api = as_(person)
        assert api.post("/api/units", FORM | own).status_code == status
        assert api.post("/api/units/bulk", BULK | own).status_code == status
        assert api.patch(path, {"price": 1}).status_code == status
    assert stored() == before
    assert as_(cast.sana).post("/api/units", FORM | own).status_code == 201


def test_a_unit_is_not_moved_to_another_project(cast, as_, stored):
    before = stored()
    body = {"project_id": cast.kiran_project.pk, "status": "sold"}
    assert as_(cast.meera).patch(f"/api/units/{cast.meera_unit.pk}", body).status_code == 200
    assert stored() == before


def test_units_are_not_deleted(cast, as_):
    assert as_(cast.meera).delete(f"/api/units/{cast.meera_unit.pk}").status_code == 405
