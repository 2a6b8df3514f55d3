"""Projects over HTTP (contract 7.2): the object, the list, the form, the grid. Filters: test_filters."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.services import book_unit
from projects.models import Project
from tests.factories.bookings import BookingFactory
from tests.factories.progress import PhaseFactory
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

FORM = {
    "builder_id": 1,
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


def names(reply):
    return [row["project_name"] for row in reply.json()["projects"]]


# --- the object ------------------------------------------------------------------------------------------------------


def test_a_project_has_exactly_these_fields(cast, as_, noon):
    project = ProjectFactory(
        builder=cast.meera.builder,
        project_name="Lake View",
        latitude="18.520400",
        longitude="73.856700",
        project_area="250000.50",
        images=["/api/files/7", "https://cdn.example.com/a.png"],
        floor_plans=["/api/files/8"],
        brochure_url="/api/files/9",
        start_date="2026-01-15",
        expected_completion_date="2029-06-30",
        is_featured=True,
        planned_units=40,
        created_at=noon(),
        updated_at=noon(),
    )
    PhaseFactory(project=project, progress_percentage="33.33")
    PhaseFactory(project=project, progress_percentage="100")
    PhaseFactory(project=project, progress_percentage="100", customer_visible=False)
    assert as_(None).get(f"/api/projects/{project.pk}").json() == {
        "id": project.pk,
        "builder_id": cast.meera.pk,
        "project_name": "Lake View",
        "name": "Lake View",
        "description": "Homes with a view.",
        "project_type": "residential",
        "status": "construction",
        "location_address": "12 Lake Road",
        "location_city": "Pune",
        "location_state": "Maharashtra",
        "location_zipcode": "411001",
        "location": "12 Lake Road, Pune, Maharashtra",
        "latitude": 18.5204,
        "longitude": 73.8567,
        "total_units": 40,
        "available_units": 0,
        "price_range_min": 5_500_000,
        "price_range_max": 9_500_000,
        "price_range_start": 5_500_000,
        "price_range_end": 9_500_000,
        "currency": "INR",
        "project_area": 250_000.5,
        "amenities": ["Gym", "Pool"],
        "images": ["http://testserver/api/files/7", "https://cdn.example.com/a.png"],
        "floor_plans": ["http://testserver/api/files/8"],
        "brochure_url": "http://testserver/api/files/9",
        "start_date": "2026-01-15",
        "expected_completion_date": "2029-06-30",
        "expected_completion": "2029-06-30",
        "actual_completion_date": None,
        "progress": 66.67,
        "bookings": 0,
        "is_featured": True,
        "is_published": True,
        "time_zone": "Asia/Kolkata",
        "builder": {
            "id": cast.meera.pk,
            "user_id": cast.meera.pk,
            "full_name": "Meera Homes",
            "company_name": "Meera Homes",
            "rating": None,
            "total_projects": 2,
            "verified": False,
            "website": "",
            "description": "",
            "logo_url": "",
        },
        "created_at": "2026-01-05T12:00:00Z",
        "updated_at": "2026-01-05T12:00:00Z",
    }


def test_numbers_are_json_numbers(cast, as_):
    text = as_(None).get(f"/api/projects/{cast.meera_project.pk}").content
    body = json.loads(text, parse_float=Decimal)
    assert (body["price_range_min"], body["progress"]) == (Decimal(5_500_000), 0)


def test_the_same_object_in_list_detail_and_booking(cast, as_):
    BookingFactory(unit=cast.meera_unit, customer=cast.asha.customer, rating=4)
    api = as_(cast.asha)
    detail = api.get(f"/api/projects/{cast.meera_project.pk}").json()
    listed = api.get("/api/projects?search=Meera").json()["projects"]
    booked = api.get(f"/api/bookings/customer/{cast.asha.pk}").json()[0]["unit"]["project"]
    assert detail == listed[0] == booked
    assert (detail["bookings"], detail["available_units"]) == (1, 0)
    assert (detail["builder"]["rating"], detail["builder"]["total_projects"]) == (4, 1)


def test_secrets_of_a_builder_are_not_in_its_projects(cast, as_):
    cast.meera.builder.license_number = "SECRET-LICENCE"
    cast.meera.builder.phone = "SECRET-PHONE"
    cast.meera.builder.address = "SECRET-ADDRESS"
    cast.meera.builder.save()
    for person in (None, cast.asha, cast.kiran):
        for path in (f"/api/projects/{cast.meera_project.pk}", "/api/projects?search=Meera"):
            reply = as_(person).get(path)
            assert reply.status_code == 200
            assert b"SECRET" not in reply.content


def test_stock_is_counted_when_it_is_asked_for(cast, as_, noon):
    UnitFactory.create_batch(2, project=cast.meera_project)
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    api, path = as_(cast.ravi), f"/api/projects/{cast.meera_project.pk}"

    def stock():
        body = api.get(path).json()
        return body["total_units"], body["available_units"], body["bookings"]

    assert stock() == (3, 2, 1)
    noon(minutes=30)
    assert stock() == (3, 3, 0), "the hold has lapsed"
    booking.refresh_from_db()
    assert booking.state == "on_hold", "and no job has recorded it"


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_envelope(cast, as_):
    ProjectFactory.create_batch(3)
    body = as_(None).get("/api/projects?page=2&limit=2").json()
    assert {key: body[key] for key in body if key != "projects"} == {
        "total": 5,
        "page": 2,
        "limit": 2,
        "pagination": {
            "currentPage": 2,
            "totalPages": 3,
            "totalItems": 5,
            "hasNext": True,
            "hasPrev": True,
        },
    }
    assert len(body["projects"]) == 2


def test_newest_first_and_the_key_decides_ties(cast, as_):
    older = ProjectFactory(project_name="Older", created_at=LONG_AGO)
    twins = ProjectFactory.create_batch(2, created_at=LONG_AGO + timedelta(days=1))
    ids = [row["id"] for row in as_(None).get("/api/projects").json()["projects"]]
    assert ids == [
        cast.kiran_project.pk,
        cast.meera_project.pk,
        twins[1].pk,
        twins[0].pk,
        older.pk,
    ]


LISTS = {
    None: {"Meera Gardens", "Kiran Heights"},
    "asha": {"Meera Gardens", "Kiran Heights"},
    "meera": {"Meera Gardens", "Draft"},
    "kiran": {"Kiran Heights"},
    "sana": {"Meera Gardens", "Kiran Heights", "Draft"},
}


@pytest.mark.parametrize(("person", "sees"), LISTS.items())
def test_whose_projects_a_list_shows(cast, as_, person, sees):
    ProjectFactory(builder=cast.meera.builder, project_name="Draft", published_at=None)
    ProjectFactory(builder=cast.meera.builder, project_name="Gone", archived_at=LONG_AGO)
    reply = as_(person and getattr(cast, person)).get("/api/projects")
    assert set(names(reply)) == sees
    assert reply.json()["total"] == len(sees)


def test_a_builder_may_look_at_another_ones_public_projects(cast, as_):
    ProjectFactory(builder=cast.kiran.builder, project_name="Kirans Draft", published_at=None)
    api = as_(cast.meera)
    assert names(api.get(f"/api/projects?builder_id={cast.kiran.pk}")) == ["Kiran Heights"]
    assert names(api.get("/api/projects?builder_id=")) == ["Meera Gardens"]
    assert names(api.get("/api/projects?builder_id=nonsense")) == []


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("person", [None, "meera", "sana"])
def test_the_list_costs_three_queries(cast, as_, django_assert_num_queries, item_count, person):
    for project in ProjectFactory.create_batch(item_count, project_name="Counted"):
        UnitFactory.create_batch(2, project=project)
        if person == "meera":
            Project.objects.filter(pk=project.pk).update(builder=cast.meera.builder)
    api = as_(person and getattr(cast, person))
    with django_assert_num_queries(3):  # count, rows, their builders
        body = api.get("/api/projects?search=Counted").json()
    assert body["total"] == item_count


def test_one_costs_two_queries(cast, as_, django_assert_num_queries):
    with django_assert_num_queries(2):
        as_(None).get(f"/api/projects/{cast.meera_project.pk}")


@pytest.mark.parametrize("person", [None, "asha", "kiran"])
def test_what_is_hidden_does_not_exist(cast, as_, person):
    api = as_(person and getattr(cast, person))
    draft = ProjectFactory(builder=cast.meera.builder, published_at=None)
    gone = ProjectFactory(builder=cast.meera.builder, archived_at=LONG_AGO)
    for pk in (draft.pk, gone.pk, 10**12, 10**30):
        for rest in ("", "/units", "/towers", "/availability", "/models", "/progress", "/updates"):
            reply = api.get(f"/api/projects/{pk}{rest}")
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found"), rest


def test_only_own_rows_are_changed(cast, as_, stored):
    before = stored()
    path = f"/api/projects/{cast.meera_project.pk}"
    for person, status in ((None, 401), (cast.asha, 403), (cast.kiran, 404)):
        api = as_(person)
        assert api.patch(path, {"description": "x"}).status_code == status
        assert api.delete(path).status_code == status
        assert api.post(f"{path}/towers", {"name": "x"}).status_code == status
    assert as_(None).post("/api/projects", FORM).status_code == 401
    assert as_(cast.asha).post("/api/projects", FORM).status_code == 403
    assert stored() == before


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_form_with_all_its_blanks(cast, as_):
    reply = as_(cast.meera).post("/api/projects", FORM | {"builder_id": cast.kiran.pk})
    assert reply.status_code == 201, reply.content
    project = Project.objects.get(pk=reply.json()["id"])
    assert project.builder_id == cast.meera.pk
    assert (project.project_type, project.status, project.planned_units) == (
        "mixed",
        "planning",
        0,
    )
    assert (project.start_date, project.expected_completion_date) == (None, None)
    assert (project.location_address, project.description, project.amenities) == ("", "", [])
    assert reply.json() == as_(cast.meera).get(f"/api/projects/{project.pk}").json()
    assert names(as_(None).get("/api/projects?search=Lake+View"))[0] == "Lake View"


def test_numbers_that_the_server_counts_are_not_taken_from_the_form(cast, as_):
    sent = {
        "total_units": 120,
        "available_units": 99,
        "id": 5,
        "bookings": 9,
        "progress": 50,
        "published_at": "2020-01-01T00:00:00Z",
        "archived_at": "2020-01-01T00:00:00Z",
        "created_at": "2020-01-01T00:00:00Z",
        "builder": {"rating": 5},
    }
    body = as_(cast.meera).post("/api/projects", FORM | sent).json()
    assert (body["total_units"], body["available_units"]) == (120, 0)
    assert (body["bookings"], body["progress"], body["is_published"]) == (0, 0, True)
    assert not body["created_at"].startswith("2020")


def test_other_names_and_words_of_the_frontend(cast, as_):
    sent = {
        "name": "Hill Top",
        "project_type": "INDUSTRIAL",
        "location_city": "Pune",
        "status": "in-progress",
        "expected_completion": "2029-01-01",
    }
    body = as_(cast.meera).post("/api/projects", sent).json()
    assert (body["project_name"], body["project_type"], body["status"]) == (
        "Hill Top",
        "industrial",
        "construction",
    )
    assert body["expected_completion_date"] == "2029-01-01"


def test_staff_publish_for_a_builder(cast, as_):
    reply = as_(cast.sana).post("/api/projects", FORM | {"builder_id": cast.kiran.pk})
    assert (reply.status_code, reply.json()["builder_id"]) == (201, cast.kiran.pk)
    reply = as_(cast.sana).post("/api/projects", FORM | {"builder_id": None})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["builder_id"])


def test_a_repeated_post_makes_one_project(cast, as_):
    api = as_(cast.meera)
    first, again = (
        api.post("/api/projects", FORM, HTTP_IDEMPOTENCY_KEY="form-1") for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Project.objects.filter(project_name="Lake View").count() == 1


@pytest.mark.parametrize(
    ("sent", "stored_as"),
    [
        ("PLANNING", "planning"),
        ("ONGOING", "construction"),
        ("COMPLETED", "completed"),
        ("ON_HOLD", "on_hold"),
        ("construction", "construction"),
    ],
)
def test_the_edit_form_is_kept_word_for_word(cast, as_, sent, stored_as):
    form = {
        "project_name": "Meera Gardens II",
        "description": "More homes.",
        "status": sent,
        "location_address": "13 Lake Road",
        "location_city": "Mumbai",
        "location_state": "MH",
        "location_zipcode": "400001",
        "project_area": 5000.5,
        "price_range_min": 100,
        "price_range_max": 200.25,
        "amenities": ["Library"],
    }
    path = f"/api/projects/{cast.meera_project.pk}"
    reply = as_(cast.meera).patch(path, form)
    assert reply.status_code == 200, reply.content
    body = as_(None).get(path).json()
    assert reply.json() == body
    assert {name: body[name] for name in form} == form | {"status": stored_as}


def test_what_a_patch_does_not_send_stays(cast, as_):
    path = f"/api/projects/{cast.meera_project.pk}"
    before = as_(None).get(path).json()
    reply = as_(cast.meera).patch(path, {"builder_id": cast.kiran.pk, "available_units": 7})
    assert reply.status_code == 200
    assert reply.json() == before
    assert as_(cast.meera).patch(path).json() == before


def test_a_date_is_emptied_by_a_blank(cast, as_):
    path, api = f"/api/projects/{cast.meera_project.pk}", as_(cast.meera)
    assert api.patch(path, {"start_date": "2026-01-01"}).json()["start_date"] == "2026-01-01"
    assert api.patch(path, {"start_date": ""}).json()["start_date"] is None


def test_a_project_is_taken_off_the_catalogue_and_put_back(cast, as_):
    path, api = f"/api/projects/{cast.meera_project.pk}", as_(cast.meera)
    assert api.patch(path, {"is_published": False}).json()["is_published"] is False
    assert as_(None).get(path).status_code == 404
    assert api.get(path).status_code == 200
    assert api.patch(path, {"is_published": True}).json()["is_published"] is True
    assert as_(None).get(path).status_code == 200


# --- delete ----------------------------------------------------------------------------------------------------------


def test_delete_archives(cast, as_):
    path = f"/api/projects/{cast.meera_project.pk}"
    reply = as_(cast.meera).delete(path)
    assert (reply.status_code, reply.json()) == (200, {"message": "The project was archived."})
    assert as_(None).get(path).status_code == 404
    assert names(as_(cast.meera).get("/api/projects")) == []
    assert as_(cast.meera).delete(path).status_code == 404
    assert Project.objects.filter(pk=cast.meera_project.pk).exists()


def test_a_project_with_bookings_is_not_deleted(cast, as_, stored):
    book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    before = stored()
    reply = as_(cast.meera).delete(f"/api/projects/{cast.meera_project.pk}")
    assert (reply.status_code, reply.json()["code"]) == (409, "project_has_bookings")
    assert stored() == before


# --- the grid --------------------------------------------------------------------------------------------------------


@pytest.fixture
def grid(cast):
    """North: two floors, one unit held, one blocked; South: empty; one shop without a tower, sold."""
    project = cast.meera_project
    project.units.all().delete()
    north = TowerFactory(project=project, name="North")
    TowerFactory(project=project, name="South")
    own = {"project": project, "tower": north}
    UnitFactory(**own, unit_number="N102", floor_number=1, price="200.50")
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
