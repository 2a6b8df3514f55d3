"""Login, refresh and logout over HTTP (contract 5, 7.1)."""

import json

import pytest

from accounts.models import Session
from tests.accounts.conftest import GARBAGE
from tests.accounts.hashers import CountingHasher
from tests.factories.accounts import PASSWORD, BuilderFactory
from tests.permissions.rows import everything

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
