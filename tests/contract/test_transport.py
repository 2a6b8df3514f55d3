"""Transport (contract 2, 3, 15): slash-less paths, JSON always, CORS on everything, no 204, one shape of error."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS

from realestate.core.api import views
from tests.cast import Cast
from tests.contract.conftest import Login
from tests.contract.document import (
    ORIGIN,
    assert_shape,
    concrete,
    document,
    each_operation,
    is_form,
)

METHODS = ("get", "post", "patch", "delete")


def browser(**headers: str) -> Client:
    """A page of the frontend asks."""
    return Client(raise_request_exception=False, headers={"Origin": ORIGIN, **headers})


# --- routes ----------------------------------------------------------------------------------------------------------


def routes(patterns: list[Any], prefix: str = "") -> list[str]:
    """Every route of ours; the admin has Django's own, with slashes."""
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            found += routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and not route.startswith("admin/"):
            found.append(route)
    return found


def test_T2_no_route_ends_in_a_slash():
    ours = routes(get_resolver().url_patterns)
    assert len(ours) > 60
    assert [route for route in ours if route.endswith("/")] == []


def test_T1_every_path_begins_with_api():
    known = {"", "health", "health/ready", "metrics"}
    assert [
        r
        for r in routes(get_resolver().url_patterns)
        if r not in known and not r.startswith("api/")
    ] == []


@pytest.mark.django_db
@each_operation
def test_T2_a_trailing_slash_is_no_redirect(method, path, entry):
    reply = getattr(browser(), method)(concrete(path) + "/")
    assert reply.status_code == 404
    assert_shape(reply)


def test_F3_every_api_route_is_in_the_document():
    known = {re.sub(r"{\w+}", "*", path) for path in document()["paths"]}
    # The last one is the page of the gateway for development, for people; production has none.
    pages = {"/api/schema", "/api/docs", "/api/redoc", "/api/fake-gateway/*"}
    found = {
        "/" + re.sub(r"<\w+:\w+>", "*", route) for route in routes(get_resolver().url_patterns)
    }
    assert {path for path in found if path.startswith("/api/")} - pages == known


# --- CORS ------------------------------------------------------------------------------------------------------------


@each_operation
def test_T4_a_preflight_needs_no_login(method, path, entry):
    reply = browser(
        **{
            "Access-Control-Request-Method": method.upper(),
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        }
    ).options(concrete(path))
    assert reply.status_code == 200
    assert reply["Access-Control-Allow-Origin"] == ORIGIN
    assert method.upper() in reply["Access-Control-Allow-Methods"]
    allowed = reply["Access-Control-Allow-Headers"]
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed.split(", "))
    assert "Access-Control-Allow-Credentials" not in reply


@pytest.mark.django_db
@each_operation
def test_T4_options_without_an_origin_needs_no_login_either(method, path, entry):
    reply = Client().options(concrete(path))
    assert reply.status_code == 200
    assert method.upper() in reply.json()["methods"]


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:3000",
        "http://localhost:3002",
        "https://localhost:3000",
        "http://localhost:3000.evil.example",
        "null",
    ],
)
@pytest.mark.django_db
def test_H3_other_origins_are_told_nothing(origin):
    reply = Client().get("/api/projects", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in reply


# --- errors of every kind --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "method", "path", "sent"),
    [
        (400, "post", "/api/auth/login", {"data": "{", "content_type": "application/json"}),
        (401, "get", "/api/auth/me", {}),
        (401, "get", "/api/projects", {"headers": {"Authorization": "Bearer garbage"}}),
        (404, "get", "/api/projects/999999", {}),
        (404, "get", "/api/nothing", {}),
        (404, "get", "/nothing", {}),
        (405, "put", "/api/projects", {}),
        (405, "patch", "/api/auth/login", {}),
        (
            413,
            "post",
            "/api/auth/login",
            {"data": b'"' + b"x" * 1_000_001, "content_type": "application/json"},
        ),
        (415, "post", "/api/auth/refresh", {"data": "<x/>", "content_type": "application/xml"}),
    ],
)
@pytest.mark.django_db
def test_errors_have_one_shape(status, method, path, sent):
    reply = getattr(browser(), method)(path, **sent)
    assert reply.status_code == status
    assert_shape(reply)


def test_a_wrong_role_is_403(cast: Cast, login: Login):
    reply = login(cast.asha).post("/api/projects", {}, headers={"Origin": ORIGIN})
    assert (reply.status_code, reply.json()["code"]) == (403, "permission_denied")
    assert_shape(reply)


def test_a_taken_unit_is_409(cast: Cast, login: Login, booked: dict[str, Any]):
    reply = login(cast.ravi).post(
        "/api/bookings", {"unit_id": cast.meera_unit.pk}, headers={"Origin": ORIGIN}
    )
    assert (reply.status_code, reply.json()["code"]) == (409, "unit_not_available")
    assert_shape(reply)


def test_too_many_logins_are_429(cast: Cast):
    api = browser()
    for _time in range(100):
        reply = api.post(
            "/api/auth/login",
            {"email": "asha@example.com", "password": "wrong"},
            content_type="application/json",
        )
        if reply.status_code != 401:
            break
    assert (reply.status_code, reply.json()["code"]) == (429, "throttled")
    assert int(reply["Retry-After"]) > 0
    assert_shape(reply)


@pytest.mark.django_db
def test_a_crash_is_500_without_a_trace(monkeypatch):
    def crash(*_args, **_more):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(views, "envelope", crash)
    reply = browser().get("/api/projects")
    assert (reply.status_code, reply.json()["code"]) == (500, "server_error")
    assert "secret" not in reply.content.decode()
    assert_shape(reply)


@pytest.mark.django_db
def test_T7_T12_odd_queries_are_answered_with_a_list(cast):
    odd = (
        "limit=0",
        "limit=1000",
        "page=0",
        "page=9999",
        "status=nonsense",
        "status=",
        "ordering=x",
        "search=%00",
        "search=" + "x" * 5000,
        "min_price=x",
        "nonsense=1",
        "builder_id=x",
    )
    for query in odd:
        assert browser().get(f"/api/projects?{query}").status_code == 200, query


# --- the document ----------------------------------------------------------------------------------------------------


def test_the_document_is_made_without_warnings():
    GENERATOR_STATS.reset()
    said = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=said, stderr=said)
    assert "openapi: 3" in said.getvalue()


@each_operation
def test_every_operation_explains_itself(method, path, entry):
    assert entry["summary"].strip()
    assert len(entry["tags"]) == 1
    assert entry["x-roles"]
    assert entry["security"]
    public = "anonymous" in entry["x-roles"]
    assert ({} in entry["security"]) is public
    assert method in METHODS


def test_operation_ids_and_summaries_are_unique():
    entries = [entry for methods in document()["paths"].values() for entry in methods.values()]
    ids = [entry["operationId"] for entry in entries]
    assert len(set(ids)) == len(ids)


@each_operation
def test_T3_no_answer_is_empty(method, path, entry):
    assert "204" not in entry["responses"]
    for status, answer in entry["responses"].items():
        if (
            status == "304"
        ):  # only to who says that the body is there already, such as a browser's own cache
            assert method == "get"
            continue
        assert answer.get("content"), f"{status} has no body"
        if status.startswith(("4", "5")):
            (error,) = answer["content"].values()
            assert error["examples"], f"{status} has no example"
            assert error["schema"]["$ref"].endswith("/ErrorRead")


@each_operation
def test_every_operation_names_the_refusals_that_all_can_give(method, path, entry):
    expected = {"503"}
    if "anonymous" not in entry["x-roles"]:
        expected |= {"401", "403"}
    if "{" in path:
        expected |= {"404"}
    if "requestBody" in entry:
        expected |= {"400", "415"}
    assert expected <= set(entry["responses"])
    assert any(status.startswith("2") for status in entry["responses"])


@each_operation
def test_every_body_has_an_example(method, path, entry):
    content = entry.get("requestBody", {}).get("content", {})
    if content and not is_form(entry):
        assert content["application/json"].get("examples")


@each_operation
def test_T9_every_key_in_a_path_is_an_integer(method, path, entry):
    keys = [known for known in entry.get("parameters", ()) if known["in"] == "path"]
    assert [known["name"] for known in keys] == re.findall(r"{(\w+)}", path)
    words = {"gateway", "token"}  # a name that the gateway was given; a secret that is no key
    assert all(known["schema"]["type"] == "integer" for known in keys if known["name"] not in words)
