"""Register, login, refresh, logout and one's own account, over HTTP (contract 5, 7.1)."""

import json
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
from tests.accounts.hashers import CountingHasher
from tests.factories.accounts import PASSWORD, BuilderFactory
from tests.permissions.rows import everything

GOOD = "a long enough sentence"
GARBAGE = "Bearer eyJhbGciOiJub25lIn0.e30."
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


# --- register --------------------------------------------------------------------------------------------------------


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


# --- login -----------------------------------------------------------------------------------------------------------


def test_login_answers_what_the_frontend_stores(api, cast, log_in):
    for person, name in ((cast.meera, "Meera Homes"), (cast.asha, "Asha Rao")):
        body = log_in(person)
        user = body["user"]
        assert (user["id"], user["user_type"], user["full_name"]) == (
            person.pk,
            person.user_type,
            name,
        )
        assert (user["builder_id"], user["customer_id"]) == (person.builder_id, person.customer_id)
        assert body["access_token"] != body["refresh_token"]


def test_staff_log_in_and_have_no_profile(cast, log_in, bearer):
    body = log_in(cast.sana)
    user = body["user"]
    assert (user["user_type"], user["builder_id"], user["customer_id"], user["phone"]) == (
        "staff",
        None,
        None,
        None,
    )
    client = bearer(body["access_token"])
    assert (
        client.patch("/api/auth/me", {"first_name": "X"}).json()
        == client.get("/api/auth/me").json()
    )


@pytest.mark.parametrize("user_type", ["customer", "Customer", "", None])
def test_the_right_type_or_none_is_accepted(api, cast, user_type):
    body = {"email": cast.asha.email.upper(), "password": PASSWORD, "user_type": user_type}
    assert api.post("/api/auth/login", body).status_code == 200


def test_swaggers_form_logs_in(api, cast):
    for content_type in ("application/x-www-form-urlencoded", "multipart"):
        form = {"grant_type": "password", "username": cast.asha.email, "password": PASSWORD}
        if content_type == "multipart":
            reply = api.post("/api/auth/login", form, format="multipart")
        else:
            encoded = "&".join(f"{key}={value}" for key, value in form.items()).replace(" ", "+")
            reply = api.post("/api/auth/login", encoded, content_type=content_type)
        assert reply.status_code == 200, reply.content
        assert reply.json()["token_type"] == "bearer"


def refusals(cast):
    right = {"email": cast.asha.email, "password": PASSWORD}
    return [
        right | {"password": "something else"},
        right | {"password": PASSWORD + " "},
        right | {"password": PASSWORD.upper()},
        right | {"user_type": "builder"},
        right | {"user_type": "nonsense"},
        right | {"email": "nobody@example.com"},
        right | {"email": "no address"},
        right | {"email": cast.ravi.email},
    ]


def test_every_wrong_login_reads_the_same(api, cast):
    cast.ravi.is_active = False
    cast.ravi.save()
    bodies = []
    for body in refusals(cast):
        reply = api.post("/api/auth/login", body)
        assert reply.status_code == 401, body
        assert reply["WWW-Authenticate"].startswith("Bearer")
        bodies.append({key: reply.json()[key] for key in ("detail", "code", "errors")})
    expected = {
        "detail": "Incorrect email or password",
        "code": "incorrect_credentials",
        "errors": {},
    }
    assert bodies == [expected] * len(bodies)
    assert Session.objects.count() == 0


def test_E6_an_unknown_account_costs_a_hash_too(api, cast, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.CountingHasher"]
    cast.asha.set_password(PASSWORD)
    cast.asha.save()
    for email in (cast.asha.email, "nobody@example.com"):
        CountingHasher.hashes = 0
        assert api.post("/api/auth/login", {"email": email, "password": "x"}).status_code == 401
        assert CountingHasher.hashes == 1, email


def test_an_invited_account_without_password_lets_nobody_in(api, db):
    builder = BuilderFactory()
    builder.user.set_unusable_password()
    builder.user.save()
    for password in ("", "!", builder.user.password):
        reply = api.post("/api/auth/login", {"email": builder.user.email, "password": password})
        assert reply.status_code in {400, 401}


# --- own account -----------------------------------------------------------------------------------------------------


def test_me_needs_a_token(api, db):
    for method in ("get", "patch"):
        reply = getattr(api, method)("/api/auth/me")
        assert (reply.status_code, reply.json()["code"]) == (401, "not_authenticated")
        assert reply["WWW-Authenticate"] == 'Bearer realm="api"'


def test_me_costs_two_queries(cast, log_in, bearer, django_assert_num_queries):
    client = bearer(log_in(cast.asha)["access_token"])
    with django_assert_num_queries(2):  # the session with its user; the user with its profile
        assert client.get("/api/auth/me").status_code == 200


def test_a_customer_edits_the_profile(cast, as_):
    changes = {
        "first_name": "Aisha",
        "last_name": "",
        "phone": "+44 20 7946 0000",
        "address": "2 Hill Street",
        "date_of_birth": "1991-02-03",
        "preferred_contact_method": "phone",
    }
    reply = as_(cast.asha).patch("/api/auth/me", changes)
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert {name: body[name] for name in changes} == changes
    assert body["full_name"] == "Aisha"
    assert as_(cast.asha).get("/api/auth/me").json() == body
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.before["first_name"]) == (
        "updated",
        cast.asha.pk,
        "Asha",
    )


def test_a_builder_edits_the_profile(cast, as_):
    changes = {
        "company_name": "Meera & Sons",
        "phone": "022 555 1234",
        "address": "3 Marine Drive",
        "website": "https://meera.example",
        "description": "Homes.",
        "logo_url": "https://meera.example/l.png",
    }
    body = as_(cast.meera).patch("/api/auth/me", changes).json()
    assert {name: body[name] for name in changes} == changes


def test_an_empty_patch_changes_nothing(cast, as_):
    before = as_(cast.asha).get("/api/auth/me").json()
    assert as_(cast.asha).patch("/api/auth/me", {}).json() == before
    assert as_(cast.asha).patch("/api/auth/me").json() == before
    assert AuditEntry.objects.count() == 0


def test_D23_account_and_flags_cannot_be_set(cast, as_):
    before = as_(cast.asha).get("/api/auth/me").json()
    sent = {
        "id": 1,
        "user_id": 1,
        "user": 1,
        "user_type": "staff",
        "email": "other@example.com",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "is_verified": True,
        "email_verified_at": "2026-01-01",
        "verified": True,
        "password": "x",
        "builder_id": 1,
        "company_name": "Mine",
        "license_number": "X",
        "created_at": "2020-01-01",
        "last_login": None,
    }
    assert as_(cast.asha).patch("/api/auth/me", sent).json() == before


# --- refresh and logout ----------------------------------------------------------------------------------------------


def test_refresh_gives_a_new_pair_that_works(api, cast, log_in, bearer):
    first = log_in(cast.asha)
    reply = api.post("/api/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert reply.status_code == 200
    second = reply.json()
    assert set(second) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    for token in (first["access_token"], second["access_token"]):
        assert bearer(token).get("/api/auth/me").json()["id"] == cast.asha.pk


def test_refresh_ignores_the_header(api, cast, log_in):
    token = log_in(cast.asha)["refresh_token"]
    api.credentials(HTTP_AUTHORIZATION=GARBAGE)
    assert api.post("/api/auth/refresh", {"refresh_token": token}).status_code == 200


@pytest.mark.parametrize("kind", ["access", "garbage"])
def test_what_is_no_refresh_token_is_refused(api, cast, log_in, kind):
    token = log_in(cast.asha)["access_token"] if kind == "access" else "garbage"
    reply = api.post("/api/auth/refresh", {"refresh_token": token})
    assert (reply.status_code, reply.json()["code"]) == (401, "token_invalid")
    assert reply["WWW-Authenticate"].startswith("Bearer")


def test_E3_logout_ends_the_session_and_no_other(api, cast, log_in, bearer):
    phone, laptop = log_in(cast.asha), log_in(cast.asha)
    reply = bearer(phone["access_token"]).post("/api/auth/logout")
    assert (reply.status_code, reply.json()) == (200, {"message": "You are logged out."})
    refused = bearer(phone["access_token"]).get("/api/auth/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    assert (
        api.post("/api/auth/refresh", {"refresh_token": phone["refresh_token"]}).status_code == 401
    )
    assert bearer(laptop["access_token"]).get("/api/auth/me").status_code == 200
    assert (
        api.post("/api/auth/refresh", {"refresh_token": laptop["refresh_token"]}).status_code == 200
    )


def test_H10_logging_out_clears_the_browsers_cache(api, cast, log_in, bearer):
    tokens = log_in(cast.asha)
    assert "Clear-Site-Data" not in bearer(tokens["access_token"]).get("/api/auth/me").headers
    assert bearer(tokens["access_token"]).post("/api/auth/logout")["Clear-Site-Data"] == '"cache"'
    refused = bearer(tokens["access_token"]).post("/api/auth/logout")
    assert (refused.status_code, "Clear-Site-Data" in refused.headers) == (401, False)


def test_E3_logout_everywhere(api, cast, log_in, bearer):
    mine, others = [log_in(cast.asha), log_in(cast.asha)], log_in(cast.ravi)
    reply = bearer(mine[0]["access_token"]).post("/api/auth/logout", {"everywhere": True})
    assert reply.status_code == 200
    for tokens in mine:
        assert bearer(tokens["access_token"]).get("/api/auth/me").status_code == 401
    assert bearer(others["access_token"]).get("/api/auth/me").status_code == 200


def test_logout_needs_a_token(api, db):
    assert api.post("/api/auth/logout").status_code == 401


def test_tokens_lie_in_no_table(api, cast, log_in, bearer):
    """Of all that there are, when they were made, used and made anew; nor does what stands before their signature."""
    first = log_in(cast.asha)
    second = api.post("/api/auth/refresh", {"refresh_token": first["refresh_token"]}).json()
    for tokens in (first, second):
        bearer(tokens["access_token"]).get("/api/auth/me")
    tables = everything(but=set())
    stored = json.dumps(tables, ensure_ascii=False)
    assert cast.asha.email in stored
    assert len(tables["accounts_session"]) == 1
    for tokens in (first, second):
        for name in ("access_token", "refresh_token"):
            _head, body, signature = tokens[name].split(".")
            assert body not in stored, name
            assert signature not in stored, name


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/auth/login", "get"),
        ("/api/auth/register", "put"),
        ("/api/auth/refresh", "delete"),
        ("/api/auth/me", "post"),
    ],
)
def test_wrong_methods_are_405_in_the_one_shape(as_, cast, path, method):
    reply = getattr(as_(cast.asha), method)(path)
    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")


def test_options_needs_no_login(api):
    reply = api.options("/api/auth/me")
    assert (reply.status_code, set(reply.json()["methods"])) == (
        200,
        {"GET", "PATCH", "HEAD", "OPTIONS"},
    )
