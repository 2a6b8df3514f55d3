"""HouseViewSet and its parts: paging, access, parsing, showing, and the answer to OPTIONS."""

import pytest
from rest_framework.test import APIClient

from realestate.core.api.access import action_of
from tests.core import probe
from tests.factories.accounts import StaffFactory
from tests.factories.projects import ProjectFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.probe")]


@pytest.fixture
def api():
    return APIClient(raise_request_exception=False)


@pytest.fixture
def seven():
    for letter in "ABCDEFG":
        ProjectFactory(project_name=letter)


def names(reply):
    return "".join(row["name"] for row in reply.json()["projects"])


def test_a_list_is_an_envelope(api, seven):
    body = api.get("/api/projects?page=2&limit=3").json()
    assert [set(row) for row in body["projects"]] == [{"id", "project_name", "name"}] * 3
    del body["projects"]
    assert body == {
        "total": 7,
        "page": 2,
        "limit": 3,
        "pagination": {
            "currentPage": 2,
            "totalPages": 3,
            "totalItems": 7,
            "hasNext": True,
            "hasPrev": True,
        },
    }


@pytest.mark.parametrize(
    ("query", "page", "limit", "rows"),
    [
        ("", 1, 20, "ABCDEFG"),
        ("page=&limit=", 1, 20, "ABCDEFG"),
        ("page=1&limit=3", 1, 3, "ABC"),
        ("page=3&limit=3", 3, 3, "G"),
        ("page=4&limit=3", 3, 3, "G"),
        ("page=9999&limit=3", 3, 3, "G"),
        ("page=" + "9" * 5000, 1, 20, "ABCDEFG"),
        ("page=0&limit=3", 1, 3, "ABC"),
        ("page=-1&limit=3", 1, 3, "ABC"),
        ("page=-" + "9" * 5000, 1, 20, "ABCDEFG"),
        ("limit=0", 1, 1, "A"),
        ("limit=-5", 1, 1, "A"),
        ("limit=100", 1, 100, "ABCDEFG"),
        ("limit=101", 1, 100, "ABCDEFG"),
        ("limit=1000", 1, 100, "ABCDEFG"),
        ("limit=1000000000", 1, 100, "ABCDEFG"),
        ("limit=" + "9" * 5000, 1, 100, "ABCDEFG"),
        ("limit=x&page=y", 1, 20, "ABCDEFG"),
        ("limit=1.5&page=1e3", 1, 20, "ABCDEFG"),
        ("limit=%D9%A3", 1, 20, "ABCDEFG"),  # an Arabic three
        ("limit=%00", 1, 20, "ABCDEFG"),
        ("limit=%20" + "3%20", 1, 3, "ABC"),
        ("limit=3&limit=2", 1, 2, "AB"),
    ],
)
def test_T10_page_and_limit_clamp(api, seven, query, page, limit, rows):
    reply = api.get(f"/api/projects?{query}")
    body = reply.json()
    assert (reply.status_code, body["page"], body["limit"]) == (200, page, limit)
    assert names(reply) == rows


def test_an_empty_list_has_one_page(api):
    body = api.get("/api/projects?page=5").json()
    assert (body["projects"], body["total"], body["page"]) == ([], 0, 1)
    assert body["pagination"] == {
        "currentPage": 1,
        "totalPages": 1,
        "totalItems": 0,
        "hasNext": False,
        "hasPrev": False,
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_one_query(api, count, django_assert_num_queries):
    ProjectFactory.create_batch(count)
    with django_assert_num_queries(1):
        assert api.get("/api/projects").json()["total"] == count


def test_a_bare_array_says_its_total_and_its_neighbours_in_headers(api, seven):
    reply = api.get("/api/array?page=2&limit=3&city=Pune%26Goa")
    assert [row["name"] for row in reply.json()] == ["D", "E", "F"]
    assert reply["X-Total-Count"] == "7"

    def link(page, relation):
        return (
            f'<http://testserver/api/array?page={page}&limit=3&city=Pune%26Goa>; rel="{relation}"'
        )

    assert reply["Link"] == ", ".join(
        [link(1, "first"), link(1, "prev"), link(3, "next"), link(3, "last")]
    )


def test_the_ends_of_a_bare_array_have_no_neighbours_beyond(api, seven):
    assert 'rel="prev"' not in api.get("/api/array?limit=3")["Link"]
    assert 'rel="next"' not in api.get("/api/array?limit=3&page=3")["Link"]


def test_a_list_and_a_row_show_only_what_the_caller_may_see(api, cast):
    cast.kiran_project.published_at = None
    cast.kiran_project.save()
    assert names(api.get("/api/projects")) == "Meera Gardens"
    assert api.get(f"/api/projects/{cast.kiran_project.pk}").status_code == 404
    api.force_authenticate(cast.kiran)
    assert api.get(f"/api/projects/{cast.kiran_project.pk}").json() == {
        "id": cast.kiran_project.pk,
        "project_name": "Kiran Heights",
        "name": "Kiran Heights",
    }


@pytest.mark.parametrize("pk", ["0", str(2**63), "1" + "0" * 40])
def test_ids_that_no_row_can_have(api, pk):
    assert api.get(f"/api/projects/{pk}").status_code == 404


# --- access ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        # anonymous, customer, builder, staff
        ("get", "/api/echo", (401, 200, 200, 200)),
        ("head", "/api/echo", (401, 200, 200, 200)),
        ("post", "/api/echo", (200, 200, 200, 200)),
        ("delete", "/api/echo", (401, 200, 403, 403)),
        ("patch", "/api/echo", (401, 403, 403, 403)),  # a handler, but no row in the table
        ("put", "/api/echo", (405, 405, 405, 405)),
        ("trace", "/api/echo", (405, 405, 405, 405)),
        ("options", "/api/echo", (200, 200, 200, 200)),
        ("get", "/api/projects", (200, 200, 200, 200)),
        ("head", "/api/projects", (200, 200, 200, 200)),
        ("post", "/api/projects", (401, 403, 201, 201)),
        ("delete", "/api/projects", (405, 405, 405, 405)),
        ("options", "/api/projects", (200, 200, 200, 200)),
    ],
)
def test_the_table_decides_who_may_call(cast, as_, method, path, statuses):
    people = (None, cast.asha, cast.meera, cast.sana)
    body = {"project_name": "x"} if method == "post" else {}
    found = tuple(
        as_(person)
        .generic(
            method.upper(),
            path,
            "" if not body else '{"project_name": "x"}',
            content_type="application/json",
        )
        .status_code
        for person in people
    )
    assert found == statuses


def test_options_says_which_methods_there_are(api):
    reply = api.options("/api/echo")
    assert reply.json() == {"methods": ["GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"]}
    assert reply["Allow"] == "GET, POST, PATCH, DELETE, HEAD, OPTIONS"


def test_actions_of_views_and_view_sets():
    assert action_of(probe.Echo(), "GET") == "get"
    assert action_of(probe.Echo(), "HEAD") == "get"
    assert action_of(probe.Echo(), "PUT") is None
    projects = probe.Projects()
    projects.action_map = {"get": "list", "post": "create"}
    assert action_of(projects, "POST") == "create"
    assert action_of(projects, "PATCH") is None


# --- bodies ----------------------------------------------------------------------------------------------------------


def test_a_body_is_parsed_with_aliases_and_blanks(as_):
    builder = as_(StaffFactory())
    reply = builder.post("/api/projects", {"name": "Lake", "start_date": "", "secret": 1})
    assert (reply.status_code, reply.json()) == (201, {"project_name": "Lake", "start_date": None})
    reply = builder.post("/api/projects", {"name": "Alias", "project_name": "Canonical"})
    assert reply.json() == {"project_name": "Canonical"}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("{}", {"project_name": ["This field is required."]}),
        ("", {"project_name": ["This field is required."]}),
        ("null", {"non_field_errors": ["No data provided"]}),
        (
            "[]",
            {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]},
        ),
        ('"x"', {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
        ('{"name": null}', {"project_name": ["This field may not be null."]}),
        ('{"name": ""}', {"project_name": ["This field may not be blank."]}),
        ('{"name": {"a": 1}}', {"project_name": ["Not a valid string."]}),
        ('{"name": "a\\u0000b"}', {"project_name": ["Null characters are not allowed."]}),
        (
            '{"name": "x", "start_date": "2025-02-30"}',
            {
                "start_date": [
                    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
                ]
            },
        ),
    ],
)
def test_a_body_of_the_wrong_form_names_its_fields(as_, body, fields):
    reply = as_(StaffFactory()).generic(
        "POST", "/api/projects", body, content_type="application/json"
    )
    assert (reply.status_code, reply.json()["errors"]) == (400, fields)


def test_T8_an_empty_body_needs_no_content_type_that_we_know(api):
    reply = api.generic("POST", "/api/echo", "", content_type="text/plain")
    assert (reply.status_code, reply.json()) == (200, {"heard": {}})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "*/*", "nonsense"])
def test_T3_the_answer_is_json_whatever_is_accepted(api, accept):
    for path in ("/api/projects", "/api/projects?format=xml", "/api/projects/0"):
        reply = api.get(path, headers={"Accept": accept})
        assert reply.status_code in {200, 404}
        assert reply["Content-Type"] == "application/json"
