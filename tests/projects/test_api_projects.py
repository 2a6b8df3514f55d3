"""Reading projects over HTTP (contract 7.2): the object, the list, who sees and writes what.

Forms: test_api_projects_forms; the grid: test_api_availability; filters: test_filters.
"""

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
    ProjectFactory,
    UnitFactory,
)


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
def test_the_list_costs_two_queries(cast, as_, django_assert_num_queries, item_count, person):
    for project in ProjectFactory.create_batch(item_count, project_name="Counted"):
        UnitFactory.create_batch(2, project=project)
        if person == "meera":
            Project.objects.filter(pk=project.pk).update(builder=cast.meera.builder)
    api = as_(person and getattr(cast, person))
    with django_assert_num_queries(2):  # count; rows and their builders
        body = api.get("/api/projects?search=Counted").json()
    assert body["total"] == item_count
    with django_assert_num_queries(1):
        api.get("/api/projects")


def test_one_costs_one_query(cast, as_, django_assert_num_queries):
    with django_assert_num_queries(1):
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
    assert as_(None).post("/api/projects", {}).status_code == 401
    assert as_(cast.asha).post("/api/projects", {}).status_code == 403
    assert stored() == before
