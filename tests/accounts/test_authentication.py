"""Who may come in with which token (E1, D19, D20)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator

from accounts.models import Customer, Session, User
from accounts.services import reset_token, verification_token
from realestate.core import clock

KEY = settings.SIMPLE_JWT["SIGNING_KEY"]
OTHER_KEY = "another-key-that-is-long-enough-0123456789-abcdefghij"


def b64(data: bytes | dict[str, Any]) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def signed(header: dict[str, Any], payload: str, key: str = KEY, digest: str = "sha256") -> str:
    text = f"{b64(header)}.{payload}"
    return f"{text}.{b64(hmac.new(key.encode(), text.encode(), digest).digest())}"


def encoded(payload: dict[str, Any], key: str = KEY, **options: Any) -> str:
    return jwt.encode(payload, key, algorithm=options.pop("algorithm", "HS256"), **options)


HEADER = {"alg": "HS256", "typ": "JWT"}
Forge = Callable[[str, str], str]  # (access, refresh) -> forged


def without(name: str) -> Forge:
    return lambda access, _: encoded(
        {key: value for key, value in claims(access).items() if key != name}
    )


def with_(**changes: Any) -> Forge:
    return lambda access, _: encoded(claims(access) | changes)


def with_header(payload_key: str = KEY, **header: Any) -> Forge:
    return lambda access, _: signed(HEADER | header, access.split(".")[1], payload_key)


def unsigned(algorithm: str) -> Forge:
    return lambda access, _: f"{b64({'alg': algorithm, 'typ': 'JWT'})}.{access.split('.')[1]}."


def duplicate_claims(access: str, _: str) -> str:
    body = json.dumps(claims(access))[:-1] + ', "user_id": 1, "sid": 1}'
    return f"{access.split('.', maxsplit=1)[0]}.{b64(body.encode())}.{access.split('.')[2]}"


FORGED: dict[str, Forge] = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg nOnE": unsigned("nOnE"),
    "alg empty": unsigned(""),
    "none with the old signature": lambda access, _: (
        unsigned("none")(access, _) + access.split(".")[2]
    ),
    "empty signature": lambda access, _: access.rsplit(".", 1)[0] + ".",
    "no signature": lambda access, _: access.rsplit(".", 1)[0],
    "last character changed": lambda access, _: access[:-1] + ("A" if access[-1] != "A" else "B"),
    "padded": lambda access, _: access + "=",
    "cut": lambda access, _: access[:-5],
    "signature of another token": lambda access, refresh: ".".join(
        [*access.split(".")[:2], refresh.split(".")[2]]
    ),
    "wrong key": lambda access, _: encoded(claims(access), OTHER_KEY),
    "empty key": lambda access, _: signed(HEADER, access.split(".")[1], ""),
    "django's key": lambda access, _: encoded(claims(access), settings.SECRET_KEY),
    "HS512": lambda access, _: signed(
        {"alg": "HS512", "typ": "JWT"}, access.split(".")[1], KEY, "sha512"
    ),
    "HS384": lambda access, _: signed(
        {"alg": "HS384", "typ": "JWT"}, access.split(".")[1], KEY, "sha384"
    ),
    "RS256 signed with the key as HMAC": with_header(alg="RS256"),
    "ES256": with_header(alg="ES256"),
    "kid path": with_header(kid="../../../../dev/null"),
    "kid sql": with_header(kid="' UNION SELECT 'x' --"),
    "jku": with_header(jku="https://evil.example/keys.json"),
    "x5u": with_header(x5u="https://evil.example/cert.pem"),
    "jwk of mine": with_header(OTHER_KEY, jwk={"kty": "oct", "k": b64(OTHER_KEY.encode())}),
    "crit": with_header(crit=["exp"]),
    "detached payload": with_header(b64=False, crit=["b64"]),
    "expired": with_(exp=int(time.time()) - 1),
    "without expiry": without("exp"),
    "expiry is text": with_(exp="tomorrow"),
    "not before tomorrow": with_(nbf=int(time.time()) + 86_400),
    "issued tomorrow": with_(iat=int(time.time()) + 86_400),
    "other issuer": with_(iss="somebody"),
    "without issuer": without("iss"),
    "other audience": with_(aud="other-api"),
    "without audience": without("aud"),
    "refresh token": lambda _, refresh: refresh,
    "type refresh": with_(token_type="refresh"),
    "without type": without("token_type"),
    "without id": without("jti"),
    "without session": without("sid"),
    "session is text": with_(sid="1"),
    "session is true": with_(sid=True),
    "session of nobody": with_(sid=2**62),
    "session beyond bigint": with_(sid=2**70),
    "user of another": with_(user_id=1),
    "user is text": with_(user_id="1 OR 1=1"),
    "without user": without("user_id"),
    "staff": with_(user_type="staff"),
    "type of user unknown": with_(user_type="root"),
    "type of user is a list": with_(user_type=["staff"]),
    "without type of user": without("user_type"),
    "duplicate claims": duplicate_claims,
    "payload is a list": lambda *_: signed(HEADER, b64(b"[1]")),
    "payload is nothing": lambda *_: signed(HEADER, ""),
    "payload is no JSON": lambda *_: signed(HEADER, b64(b"{")),
    "deep header": lambda access, _: f"{b64(b'[' * 2000)}.{access.split('.', 1)[1]}",
    "100 kB": lambda access, _: access + "A" * 100_000,
    "100 kB payload": lambda access, _: encoded(claims(access) | {"x": "y" * 100_000}),
    "four parts": lambda access, _: access + ".x",
    "only dots": lambda *_: "..",
    "empty object": lambda *_: encoded({}),
    "two tokens": lambda access, refresh: f"{access} {refresh}",
    "nothing": lambda *_: "",
    "null": lambda *_: "null",
    "undefined": lambda *_: "undefined",
    "not ASCII": lambda access, _: access + "\u00e9",
    "SQL": lambda *_: "' OR 1=1 --",
}


def test_a_token_carries_who_and_which_session(cast, log_in):
    body = log_in(cast.meera)
    session = Session.objects.get()
    access, refresh = claims(body["access_token"]), claims(body["refresh_token"])
    issued = int(session.created_at.timestamp())
    assert access == {
        "token_type": "access",
        "jti": hashlib.sha256(session.jti.encode()).hexdigest()[:32],
        "sid": session.pk,
        "user_id": cast.meera.pk,
        "user_type": "builder",
        "iat": issued,
        "exp": issued + 3600,
        "iss": "realestate",
        "aud": "realestate-api",
    }
    assert refresh == access | {
        "token_type": "refresh",
        "jti": session.jti,
        "exp": issued + 7 * 86_400,
    }


def test_E1_the_corpus_is_large_enough():
    assert len(FORGED) >= 40


@pytest.mark.parametrize("name", FORGED)
def test_E1_forged_tokens_are_refused(cast, log_in, bearer, name):
    body = log_in(cast.asha)
    forged = FORGED[name](body["access_token"], body["refresh_token"])
    for path in ("/api/auth/me", f"/api/builders/{cast.meera.pk}"):  # private and public alike
        reply = bearer(forged).get(path)
        assert reply.status_code == 401, reply.content
        assert reply["WWW-Authenticate"] == 'Bearer realm="api"'
        assert reply.json()["code"] in {"token_invalid", "session_ended"}
        assert reply.json()["detail"]
    assert bearer(body["access_token"]).get("/api/auth/me").status_code == 200


# These two are what a refresh token is; and which type the user has is read from the user.
FINE = {"refresh token", "type refresh", "staff"}


@pytest.mark.parametrize("name", [name for name in FORGED if name not in FINE])
def test_E1_forged_tokens_do_not_refresh(api, cast, log_in, name):
    body = log_in(cast.asha)
    forged = FORGED[name](body["refresh_token"], body["access_token"])
    reply = api.post("/api/auth/refresh", {"refresh_token": forged})
    # 400: no token at all, or longer than any.
    assert reply.status_code in {400, 401}, reply.content
    assert Session.objects.get().rotated_at is None


def test_E1_tokens_for_links_are_no_bearer_tokens(cast, bearer):
    for token in (
        reset_token(cast.asha),
        verification_token(cast.asha),
        default_token_generator.make_token(cast.asha),
    ):
        assert bearer(token).get("/api/auth/me").status_code == 401


@pytest.mark.parametrize("word", ["bearer", "BEARER", "Bearer  "])
def test_the_word_bearer_is_read_in_any_case(api, cast, log_in, word):
    token = log_in(cast.asha)["access_token"]
    api.credentials(HTTP_AUTHORIZATION=f"{word} {token}")
    assert api.get("/api/auth/me").status_code == 200


@pytest.mark.parametrize("header", ["Basic YTpi", "Token x", ""])
def test_other_schemes_are_anonymous(api, cast, header):
    api.credentials(HTTP_AUTHORIZATION=header)
    assert api.get("/api/auth/me").status_code == 401
    assert api.get(f"/api/builders/{cast.meera.pk}").status_code == 200


def test_E1_an_inactive_or_deleted_user_is_refused_from_the_next_request(cast, log_in, bearer):
    client = bearer(log_in(cast.asha)["access_token"])
    assert client.get("/api/auth/me").status_code == 200
    cast.asha.is_active = False
    cast.asha.save()
    assert client.get("/api/auth/me").status_code == 401
    for rows in (
        Session.objects.filter(user=cast.asha),
        Customer.objects.filter(user=cast.asha),
        User.objects.filter(pk=cast.asha.pk),
    ):
        rows._raw_delete(rows.db)
    assert client.get("/api/auth/me").status_code == 401


def test_D9_a_changed_role_is_refused_from_the_next_request(cast, log_in, bearer):
    client = bearer(log_in(cast.sana)["access_token"])
    cast.sana.user_type, cast.sana.is_staff, cast.sana.is_superuser = "customer", False, False
    cast.sana.save()
    assert client.get("/api/auth/me").status_code == 401


def test_an_access_token_lives_an_hour_and_its_session_a_week(api, cast, log_in, bearer):
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        body = log_in(cast.asha)
        client = bearer(body["access_token"])
        for seconds, status in ((3599, 200), (3600, 401)):
            traveller.move_to(start.replace(microsecond=0) + timedelta(seconds=seconds))
            assert client.get("/api/auth/me").status_code == status
        traveller.move_to(start + timedelta(days=7))
        reply = api.post("/api/auth/refresh", {"refresh_token": body["refresh_token"]})
        assert (reply.status_code, reply.json()["code"]) == (401, "token_invalid")


def test_a_refreshed_session_lives_on(api, cast, log_in, bearer):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        tokens = log_in(cast.asha)
        token = tokens["refresh_token"]
        for _ in range(3):
            traveller.shift(timedelta(days=6))
            reply = api.post("/api/auth/refresh", {"refresh_token": token})
            assert reply.status_code == 200
            tokens = reply.json()
            token = tokens["refresh_token"]
        assert bearer(tokens["access_token"]).get("/api/auth/me").status_code == 200


def test_H10_a_session_ends_thirty_days_after_its_login_however_often_it_is_refreshed(
    api, cast, log_in, bearer
):
    start = clock.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as traveller:
        tokens = log_in(cast.asha)
        for day in (6, 12, 18, 24, 29):
            traveller.move_to(start + timedelta(days=day))
            reply = api.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
            assert reply.status_code == 200, day
            tokens = reply.json()
        traveller.move_to(start + timedelta(days=30, seconds=-1))
        last = api.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json()
        assert bearer(last["access_token"]).get("/api/auth/me").status_code == 200
        traveller.move_to(start + timedelta(days=30))
        assert bearer(last["access_token"]).get("/api/auth/me").status_code == 401
        reply = api.post("/api/auth/refresh", {"refresh_token": last["refresh_token"]})
        assert reply.status_code == 401


def test_D20_a_key_can_be_changed_with_overlap(cast, log_in, bearer, settings):
    old = encoded(claims(log_in(cast.asha)["access_token"]), OTHER_KEY)
    assert bearer(old).get("/api/auth/me").status_code == 401
    settings.SIMPLE_JWT = settings.SIMPLE_JWT | {"PREVIOUS_SIGNING_KEYS": ["x" * 50, OTHER_KEY]}
    assert bearer(old).get("/api/auth/me").status_code == 200
    assert bearer(old + "A").get("/api/auth/me").status_code == 401


def test_a_request_costs_one_query_for_who_is_calling(
    cast, log_in, bearer, django_assert_num_queries
):
    client = bearer(log_in(cast.asha)["access_token"])
    with django_assert_num_queries(1):
        assert client.post("/api/auth/me").status_code == 405


@pytest.mark.parametrize(("behind", "status"), [(0, 200), (5, 200), (29, 200), (31, 401)])
def test_a_server_whose_clock_is_behind_believes_a_fresh_token(
    cast, log_in, bearer, behind, status
):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        token = log_in(cast.asha)["access_token"]
    with time_machine.travel(noon - timedelta(seconds=behind), tick=False):
        assert bearer(token).get("/api/auth/me").status_code == status


@pytest.mark.parametrize(("ahead", "status"), [(3599, 200), (3600, 401), (3601, 401)])
def test_the_end_of_a_token_is_kept_to_the_second(cast, log_in, bearer, ahead, status):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        token = log_in(cast.asha)["access_token"]
    with time_machine.travel(noon + timedelta(seconds=ahead), tick=False):
        assert bearer(token).get("/api/auth/me").status_code == status
