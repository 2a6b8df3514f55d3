"""Registering over HTTP (contract 5, 7.1): profiles, one account per address, and what a password must be."""

import re
from typing import Any

import pytest
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    get_default_password_validators,
)

from accounts.models import Builder, Customer, Session, User
from accounts.services.passwords import WeakPassword, check_strength
from realestate.core.models import AuditEntry
from realestate.settings import base
from tests.accounts.conftest import GARBAGE

GOOD = "a long enough sentence"
CUSTOMER: dict[str, Any] = {
    "email": "Mary.Smith@Example.com",
    "password": GOOD,
    "user_type": "customer",
    "customer_data": {
        "first_name": "Mary",
        "last_name": "Ann Smith",
        "phone": "+91 98200 22222",
        "address": "",
    },
}
BUILDER: dict[str, Any] = {
    "email": "new@builder.example",
    "password": GOOD,
    "user_type": "builder",
    "builder_data": {
        "company_name": "New Homes",
        "license_number": "NEW-1",
        "phone": "+91 98200 33333",
        "address": "",
    },
}


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Builder, Customer, Session, AuditEntry))


@pytest.mark.django_db
def test_a_customer_registers_and_is_logged_in(api, bearer):
    reply = api.post("/api/auth/register", CUSTOMER)
    assert reply.status_code == 201, reply.content
    body = reply.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    stored = User.objects.get()
    user = body["user"]
    assert user == {
        "id": stored.pk,
        "email": "mary.smith@example.com",
        "user_type": "customer",
        "full_name": "Mary Ann Smith",
        "builder_id": None,
        "builder_role": None,
        "customer_id": stored.pk,
        "phone": "+91 98200 22222",
        "address": "",
        "company_name": None,
        "license_number": None,
        "website": None,
        "description": None,
        "logo_url": None,
        "verified": None,
        "first_name": "Mary",
        "last_name": "Ann Smith",
        "date_of_birth": None,
        "preferred_contact_method": "email",
        "is_active": True,
        "is_verified": False,
        "created_at": user["created_at"],
        "updated_at": user["updated_at"],
        "last_login": user["last_login"],
    }
    assert user["created_at"] is not None
    assert user["last_login"] is not None
    assert bearer(body["access_token"]).get("/api/auth/me").json() == user
    assert stored.check_password(GOOD)
    assert not stored.is_staff


@pytest.mark.django_db
def test_a_builder_registers_with_the_profile(api):
    reply = api.post("/api/auth/register", BUILDER)
    assert reply.status_code == 201, reply.content
    user = reply.json()["user"]
    builder = Builder.objects.get()
    assert (user["full_name"], user["builder_id"], user["customer_id"]) == (
        "New Homes",
        builder.pk,
        None,
    )
    assert (user["company_name"], user["license_number"], user["verified"]) == (
        "New Homes",
        "NEW-1",
        False,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("header", [GARBAGE, "Bearer", "Bearer a b", "Nonsense", "Bearer ."])
def test_T6_register_and_login_do_not_look_at_a_stale_token(api, header):
    api.credentials(HTTP_AUTHORIZATION=header)
    assert api.post("/api/auth/register", CUSTOMER).status_code == 201
    body = {"email": CUSTOMER["email"], "password": GOOD}
    assert api.post("/api/auth/login", body).status_code == 200


@pytest.mark.django_db
def test_the_other_profile_is_ignored(api):
    body = CUSTOMER | {"builder_data": {"company_name": "", "phone": 5}}
    assert api.post("/api/auth/register", body).status_code == 201
    assert Builder.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("last_name", ["", None])
def test_a_one_word_name_is_accepted(api, last_name):
    data = CUSTOMER["customer_data"] | {"last_name": ""}
    if last_name is None:
        del data["last_name"]
    reply = api.post("/api/auth/register", CUSTOMER | {"customer_data": data})
    assert reply.status_code == 201
    assert reply.json()["user"]["full_name"] == "Mary"


@pytest.mark.django_db
def test_the_former_schemas_optional_fields_are_kept(api):
    data = CUSTOMER["customer_data"] | {
        "date_of_birth": "1990-05-01",
        "preferred_contact_method": "Both",
        "address": "1 Lake\nRoad",
    }
    user = api.post("/api/auth/register", CUSTOMER | {"customer_data": data}).json()["user"]
    assert (user["date_of_birth"], user["preferred_contact_method"], user["address"]) == (
        "1990-05-01",
        "both",
        "1 Lake Road",
    )
    builder = BUILDER["builder_data"] | {
        "website": "https://new.example",
        "description": "We build.\nSince 1990.",
        "logo_url": "https://new.example/logo.png",
    }
    user = api.post("/api/auth/register", BUILDER | {"builder_data": builder}).json()["user"]
    assert (user["website"], user["description"], user["logo_url"]) == (
        "https://new.example",
        "We build.\nSince 1990.",
        "https://new.example/logo.png",
    )


@pytest.mark.parametrize("written", ["asha@example.com", "ASHA@Example.COM", " asha@example.com "])
def test_E10_one_account_per_address_in_whatever_case(api, cast, written):
    before = rows()
    reply = api.post("/api/auth/register", CUSTOMER | {"email": written})
    body = reply.json()
    assert (reply.status_code, body["code"]) == (409, "email_taken")
    assert body["detail"] == "Email already registered"
    assert body["errors"] == {"email": ["Email already registered"]}
    assert rows() == before


def test_one_builder_per_licence_in_whatever_case(api, cast):
    before = rows()
    licence = cast.meera.builder.license_number.lower()
    data = BUILDER["builder_data"] | {"license_number": licence}
    reply = api.post("/api/auth/register", BUILDER | {"builder_data": data})
    assert (reply.status_code, reply.json()["code"]) == (409, "license_taken")
    assert reply.json()["detail"] == "License number already registered"
    assert rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "This password is too short. It must contain at least 8 characters."),
        ("password", "This password is too common."),
        ("password123", "This password is too common."),
        ("realestate2026", "This password is too common."),
        ("          ", "A password must not be blank."),
        ("mary.smith@example", "The password is too similar to the e-mail."),
        ("Mary Ann Smith", "The password is too similar to the full_name."),
    ],
)
def test_E7_passwords_that_are_easy_to_guess_are_refused(api, password, reason):
    reply = api.post("/api/auth/register", CUSTOMER | {"password": password})
    assert (reply.status_code, reply.json()["code"]) == (400, "weak_password")
    assert reason in reply.json()["errors"]["password"]
    assert rows() == (0, 0, 0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "eight ch",
        "  spaces are kept  ",
        "\u092a\u0941\u0930\u093e\u0928\u0940 \u0926\u0940\u0935\u093e\u0930",
        "w" * 50 + "x" * 50 + "yz",
    ],
)
def test_E7_passwords_are_kept_to_the_letter(api, password):
    assert api.post("/api/auth/register", CUSTOMER | {"password": password}).status_code == 201
    login = {"email": CUSTOMER["email"], "password": password}
    assert api.post("/api/auth/login", login).status_code == 200
    for other in (password.strip()[:-1], password[:72] + "!", password + " "):
        if other != password:
            assert api.post("/api/auth/login", login | {"password": other}).status_code == 401


@pytest.mark.django_db
def test_E7_passwords_longer_than_the_limit_are_refused_and_not_cut_off(api):
    reply = api.post("/api/auth/register", CUSTOMER | {"password": "long and dull " * 10})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["password"])
    assert rows() == (0, 0, 0, 0, 0)


def test_H10_of_the_commonest_passwords_thousands_are_long_enough_and_all_of_these_are_refused():
    (common,) = [
        validator.passwords
        for validator in get_default_password_validators()
        if isinstance(validator, CommonPasswordValidator)
    ]
    long_enough = [password for password in common if len(password) >= 8]
    assert len(common) >= 19_000
    assert len(long_enough) >= 3_000
    stranger = User(email="zz@example.org")  # whom none of them is like
    for password in long_enough:
        with pytest.raises(WeakPassword):
            check_strength(password, stranger)


@pytest.mark.django_db
def test_argon2_is_what_the_platform_uses(api, settings):
    """With OWASP's least memory (19 MiB, here in KiB) and passes, of what stands in the settings themselves."""
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    assert api.post("/api/auth/register", CUSTOMER).status_code == 201
    stored = User.objects.get().password
    cost = re.match(r"argon2\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", stored)
    assert cost is not None, stored.rpartition("$")[0]
    memory, passes = int(cost[1]), int(cost[2])
    assert memory >= 19_456
    assert passes >= 2


@pytest.mark.django_db
def test_registering_leaves_one_audit_row_and_no_password(api):
    api.post("/api/auth/register", CUSTOMER)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.object_id) == (
        "registered",
        User.objects.get().pk,
        User.objects.get().pk,
    )
    assert entry.after == {"user_type": "customer"}
