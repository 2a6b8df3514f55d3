"""Writing projects over HTTP (contract 7.2): the form, the edit form, deleting. Reading: test_api_projects."""

import pytest

from bookings.services import book_unit
from projects.models import Project

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
