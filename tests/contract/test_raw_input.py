"""Raw input: keys, bodies, values and queries that no client should send are refused in the one shape (contract 3).

All of it is made from the OpenAPI document, so that a new operation is covered at once.
"""

import json
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from tests.cast import Cast
from tests.contract.conftest import Login
from tests.contract.document import (
    ORIGIN,
    assert_shape,
    concrete,
    document,
    each_operation,
    is_form,
    operations,
)

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
        ",",
    )
    api = caller(cast, login, entry)
    names += ["_connector", "pk__in", "format"]
    for name in names:
        for value in values:
            ask(api, method, f"{target}?{name}={value}")
    record_property("counted", {"requests": len(names) * len(values)})
