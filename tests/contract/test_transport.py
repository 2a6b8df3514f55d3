"""Transport (contract 2, 3, 15): slash-less paths, JSON always, CORS on everything, no 204, one shape of error.

The corpus of raw bodies and odd ids is made from the OpenAPI document, so that a new operation is covered at once.
"""

import json
import re
from functools import cache
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from realestate.core.api import views
from tests.cast import Cast
from tests.contract.conftest import Login

ORIGIN = "http://localhost:3000"
METHODS = ("get", "post", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this code."""
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return found


def operations() -> list[Any]:
    """Method, path and description of each operation, as test parameters."""
    return [
        pytest.param(method, path, entry, id=entry["operationId"])
        for path, methods in document()["paths"].items()
        for method, entry in methods.items()
    ]


each_operation = pytest.mark.parametrize(("method", "path", "entry"), operations())


def browser(**headers: str) -> Client:
    """A page of the frontend asks."""
    return Client(raise_request_exception=False, headers={"Origin": ORIGIN, **headers})


def concrete(path: str, key: object = 1) -> str:
    """A path with a key in each of its places."""
    return re.sub(r"{\w+}", str(key), path)


def assert_shape(reply: Any) -> None:
    """A refusal as clients read it: JSON, a sentence, a code, fields, the request's id, and CORS headers."""
    assert reply["Content-Type"] == "application/json"
    body = reply.json()
    assert isinstance(body["detail"], str)
    assert body["detail"].strip()
    assert re.fullmatch(r"[a-z0-9_]+", body["code"])
    assert isinstance(body["errors"], dict)
    for texts in body["errors"].values():
        assert texts
        assert all(isinstance(text, str) and text for text in texts)
    assert body["request_id"] == reply["X-Request-ID"]
    assert reply["Access-Control-Allow-Origin"] == ORIGIN


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


def is_form(entry) -> bool:
    """Whether an operation takes a form with a file; tests/core/test_uploads.py sends those."""
    return list(entry.get("requestBody", {}).get("content", {})) == ["multipart/form-data"]


# --- raw input -------------------------------------------------------------------------------------------------------

KEYS = (0, 2**31, 2**63 - 1, 2**63, 10**40)
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"NaN",
    b"1e400",
    b'{"a": 1, "a": 2}',
    b'"\\ud800"',
    b'{"\\u0000": "\\u0000"}',
    b"[" * 2000 + b"]" * 2000,
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b"\xff\xfe",
)
# What each field of a body is replaced by, in turn.
VALUES: tuple[Any, ...] = (
    None,
    "",
    " ",
    "a\u0000b",
    "x" * 20_000,
    -1,
    0,
    2**63,
    1e308,
    0.1 + 0.2,
    True,
    [],
    ["a\u0000b", None, {}],
    {"a": {"b": [1]}},
    "2025-02-30",
    "0001-01-01",
    "9999-12-31T23:59:59+14:00",
    "https://a.example/\u202e",
    "'; DROP TABLE x; --",
)


def properties(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of an operation's JSON body."""
    schema = entry["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for branch in schema.get("oneOf", ()):
        schema = {"properties": schema.get("properties", {}) | properties_of(branch)}
    return dict(schema.get("properties", {}))


def properties_of(branch: dict[str, Any]) -> dict[str, Any]:
    """The fields of one of several shapes."""
    name = branch.get("$ref", "").rpartition("/")[2]
    return dict(document()["components"]["schemas"].get(name, branch).get("properties", {}))


def example(entry: dict[str, Any]) -> dict[str, Any]:
    """The first example of an operation's body."""
    content = entry["requestBody"]["content"]["application/json"]
    return dict(next(iter(content.get("examples", {}).values()), {}).get("value") or {})


def callers(cast: Cast, login: Login, entry: dict[str, Any]) -> list[APIClient]:
    """One caller of each role that the operation admits."""
    people = {"anonymous": None, "customer": cast.asha, "builder": cast.meera, "staff": cast.sana}
    return [login(people[role]) for role in entry["x-roles"]]


def caller(cast: Cast, login: Login, entry: dict[str, Any]) -> APIClient:
    """One who may call: the builder, or else whoever comes next."""
    order = ("builder", "customer", "staff", "anonymous")
    role = next(role for role in order if role in entry["x-roles"])
    return callers(cast, login, {"x-roles": [role]})[0]


def ask(api: APIClient, method: str, path: str, body: bytes | None = None) -> None:
    """Ask, and undo; whatever was sent, the answer is one that the document promises."""
    before = transaction.savepoint()
    try:
        reply = api.generic(
            method.upper(),
            path,
            body or b"",
            content_type="application/json",
            headers={"Origin": ORIGIN},
        )
        assert reply.status_code < 500, (path, body, getattr(reply, "content", b"")[:300])
        if reply.status_code >= 400:
            assert_shape(reply)
    finally:
        transaction.savepoint_rollback(before)


@each_operation
def test_F4_odd_keys_are_no_crash(method, path, entry, cast: Cast, login: Login, record_property):
    if "{" in path:
        for api in callers(cast, login, entry):
            for key in KEYS:
                ask(api, method, concrete(path, key))
            record_property("counted", {"requests": len(KEYS)})


with_body = pytest.mark.parametrize(
    ("method", "path", "entry"),
    [
        operation
        for operation in operations()
        if "requestBody" in operation.values[2] and not is_form(operation.values[2])
    ],
)


@with_body
def test_F4_odd_bodies_are_no_crash(method, path, entry, cast: Cast, login: Login, record_property):
    target = concrete(path, cast.meera_project.pk)
    api = caller(cast, login, entry)
    for body in BODIES:
        ask(api, method, target, body)
    record_property("counted", {"requests": len(BODIES)})


@with_body
def test_F4_odd_values_are_no_crash(method, path, entry, cast: Cast, login: Login, record_property):
    target = concrete(path, cast.meera_project.pk)
    good = {**example(entry), **ours(cast)}
    fields = properties(entry)
    good = {name: value for name, value in good.items() if name in fields}
    api = caller(cast, login, entry)
    for name in fields:
        for value in VALUES:
            ask(api, method, target, json.dumps({**good, name: value}).encode())
    record_property("counted", {"requests": len(fields) * len(VALUES)})


def ours(cast: Cast) -> dict[str, int]:
    """Keys that exist, so that a body comes past the first check."""
    return {
        "project_id": cast.meera_project.pk,
        "unit_id": cast.meera_unit.pk,
        "customer_id": cast.asha.pk,
        "recipient_id": cast.asha.pk,
        "builder_id": cast.meera.pk,
    }


@each_operation
def test_F7_odd_queries_are_no_crash(
    method, path, entry, cast: Cast, login: Login, record_property
):
    if method != "get":
        return
    names = [known["name"] for known in entry.get("parameters", ()) if known["in"] == "query"]
    target = concrete(path, cast.meera_project.pk)
    values = (
        "",
        "%00",
        "-1",
        "9" * 400,
        "1e999",
        "NaN",
        "'%22;--",
        "%F0%28%8C%28",
        "x" * 3000,
        "2025-02-30",
    )
    api = caller(cast, login, entry)
    names += ["_connector", "pk__in", "format"]
    for name in names:
        for value in values:
            ask(api, method, f"{target}?{name}={value}")
    record_property("counted", {"requests": len(names) * len(values)})
