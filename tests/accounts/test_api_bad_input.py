"""What no form sends: 4xx in the one shape, and nothing is stored (F4)."""

from typing import Any

import pytest

from accounts.models import Builder, Customer, Session, User
from realestate.core.models import AuditEntry
from tests.factories.accounts import PASSWORD
from tests.refused import NO_OBJECTS, assert_refused

GOOD = "a long enough sentence"
REGISTER_CUSTOMER: dict[str, Any] = {
    "email": "mary@example.com",
    "password": GOOD,
    "user_type": "customer",
    "customer_data": {
        "first_name": "Mary",
        "last_name": "Smith",
        "phone": "9820022222",
        "address": "1 Road",
        "date_of_birth": "1990-05-01",
        "preferred_contact_method": "email",
    },
}
REGISTER_BUILDER: dict[str, Any] = {
    "email": "new@example.com",
    "password": GOOD,
    "user_type": "builder",
    "builder_data": {
        "company_name": "New Homes",
        "license_number": "NEW-1",
        "phone": "9820022222",
        "address": "1 Road",
        "website": "https://new.example",
        "description": "Homes",
        "logo_url": "https://new.example/logo.png",
    },
}
# path -> method, a good body, who asks
ENDPOINTS: dict[str, tuple[str, str, dict[str, Any], str | None]] = {
    "register a customer": ("post", "/api/auth/register", REGISTER_CUSTOMER, None),
    "register a builder": ("post", "/api/auth/register", REGISTER_BUILDER, None),
    "login": ("post", "/api/auth/login", {"email": "asha@example.com", "password": PASSWORD}, None),
    "refresh": ("post", "/api/auth/refresh", {"refresh_token": "x"}, None),
    "change": (
        "post",
        "/api/auth/password/change",
        {"current_password": PASSWORD, "new_password": GOOD},
        "asha",
    ),
    "reset": ("post", "/api/auth/password/reset", {"email": "asha@example.com"}, None),
    "confirm a reset": (
        "post",
        "/api/auth/password/reset/confirm",
        {"token": "x", "new_password": GOOD},
        None,
    ),
    "confirm an address": ("post", "/api/auth/verify-email/confirm", {"token": "x"}, None),
    "me, customer": ("patch", "/api/auth/me", REGISTER_CUSTOMER["customer_data"], "asha"),
    "me, builder": ("patch", "/api/auth/me", REGISTER_BUILDER["builder_data"], "meera"),
    "customer": ("patch", "/api/customers/{id}", REGISTER_CUSTOMER["customer_data"], "asha"),
    "builder": ("patch", "/api/builders/{id}", REGISTER_BUILDER["builder_data"], "meera"),
}
BAD: dict[str, Any] = {
    "a list": ["x"],
    "an object": {"x": 1},
    "true": True,
    "NUL": "a\x00b",
    "escape": "a\x1bb",
    "endless": "x" * 20_000,
    "huge": 10**300,
    "null": None,
}
# Where these are what a person may send.
FINE = {
    ("user_type", "null"),
    ("date_of_birth", "null"),
}
REQUIRED = {
    "email",
    "password",
    "user_type",
    "first_name",
    "phone",
    "company_name",
    "license_number",
}


def state() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Builder, Customer, Session, AuditEntry)
    ]


def paths(body: dict[str, Any], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in body.items():
        found.append((*prefix, key))
        if isinstance(value, dict):
            found += paths(value, (*prefix, key))
    return found


def replaced(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    head, *rest = path
    return body | {head: replaced(body[head], tuple(rest), value) if rest else value}


def send(as_, cast, endpoint, body, **options):
    method, path, _good, person = ENDPOINTS[endpoint]
    user = getattr(cast, person) if person else None
    path = path.format(id=user.pk if user else 0)
    return getattr(as_(user), method)(path, body, **options)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("bad", BAD)
def test_each_field_refuses_what_is_no_value_of_it(as_, cast, endpoint, bad):
    _method, _path, good, _person = ENDPOINTS[endpoint]
    before = state()
    for path in paths(good):
        if (path[-1], bad) in FINE and endpoint != "register a customer":
            continue
        if (path[-1], bad) == ("date_of_birth", "null"):
            continue
        if bad == "escape" and path[-1] in {"password", "current_password", "new_password"}:
            continue  # a password may hold anything
        if bad == "huge" and path[-1] in {
            "first_name",
            "last_name",
            "address",
            "company_name",
            "license_number",
            "description",
        }:
            continue  # a name may be a number
        reply = send(as_, cast, endpoint, replaced(good, path, BAD[bad]))
        assert_refused(reply)
        assert state() == before, path


@pytest.mark.parametrize("endpoint", ["register a customer", "register a builder"])
def test_required_fields_must_be_there_and_not_blank(as_, cast, endpoint):
    good = ENDPOINTS[endpoint][2]
    before = state()
    for path in paths(good):
        if path[-1] not in REQUIRED and not path[-1].endswith("_data"):
            continue
        for value in ("", "   "):
            assert_refused(send(as_, cast, endpoint, replaced(good, path, value)))
        short = {**good}
        inner = short
        for name in path[:-1]:
            inner[name] = {**inner[name]}
            inner = inner[name]
        del inner[path[-1]]
        reply = send(as_, cast, endpoint, short)
        assert reply.json()["errors"] == {".".join(path): ["This field is required."]}
    assert state() == before


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        *NO_OBJECTS,
        (b"[1, 2]", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b'{"email": NaN}', "application/json", 400),
        (b'{"email": "\xff"}', "application/json", 400),
        (b'{"email": "\\ud800"}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"x", "text/plain", 415),
    ],
)
def test_what_is_no_json_object_is_refused(as_, cast, endpoint, raw, content_type, status):
    before = state()
    reply = send(as_, cast, endpoint, raw, content_type=content_type)
    assert_refused(reply)
    assert reply.status_code == status
    assert state() == before


@pytest.mark.parametrize("user_type", ["staff", "STAFF", "admin", "superuser", "builder ; drop"])
def test_staff_cannot_be_registered(as_, cast, user_type):
    before = state()
    body = REGISTER_CUSTOMER | REGISTER_BUILDER | {"user_type": user_type}
    reply = send(as_, cast, "register a customer", body)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["user_type"])
    assert state() == before


@pytest.mark.parametrize(
    "email",
    [
        "mary",
        "mary@",
        "@example.com",
        "mary@example",
        "mary @example.com",
        "mary@example.com\nBcc: x@example.com",
        "m\u0430ry@example.com",  # a Cyrillic letter
        "x" * 250 + "@example.com",
        "mary@example.com,ravi@example.com",
    ],
)
def test_addresses_that_are_none_are_refused(as_, cast, email):
    before = state()
    reply = send(as_, cast, "register a customer", REGISTER_CUSTOMER | {"email": email})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["email"])
    assert state() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "9" * 31),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "1800-01-01"),
        ("date_of_birth", "31/12/1990"),
        ("date_of_birth", "2023-02-29"),
        ("preferred_contact_method", "pigeon"),
        ("first_name", "x" * 101),
        ("address", "x" * 501),
        ("first_name", "a\u202eb"),
    ],
)
def test_profile_values_are_checked(as_, cast, field, value):
    before = state()
    reply = send(as_, cast, "me, customer", {field: value})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])
    assert state() == before


@pytest.mark.parametrize("field", ["website", "logo_url"])
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example/a", "x.example", "data:text/html,x"]
)
def test_web_addresses_are_web_addresses(as_, cast, field, url):
    before = state()
    reply = send(as_, cast, "me, builder", {field: url})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])
    assert state() == before


def test_blank_dates_are_no_dates(as_, cast):
    assert as_(cast.asha).patch("/api/auth/me", {"date_of_birth": "1990-01-01"}).status_code == 200
    body = as_(cast.asha).patch("/api/auth/me", {"date_of_birth": ""}).json()
    assert body["date_of_birth"] is None


@pytest.mark.parametrize("everywhere", ["x", [], {}, 7, None])
def test_logout_refuses_what_is_no_switch(as_, cast, everywhere):
    assert_refused(as_(cast.asha).post("/api/auth/logout", {"everywhere": everywhere}))


def test_a_form_with_odd_bytes_is_refused(api, cast):
    for raw in (
        b"username=%00&password=x",
        b"username=%ff%fe&password=x",
        b"&".join([b"a=1"] * 1100),
    ):
        reply = api.post("/api/auth/login", raw, content_type="application/x-www-form-urlencoded")
        assert_refused(reply)
