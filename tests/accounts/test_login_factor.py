"""Staff over the API: what the back office asks besides the password is asked here too (E9, H10)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import rules, services
from accounts.models import Session, User
from realestate.core.models import AuditEntry, RateCounter
from tests.admin.entrance import code_of, enrolled, wrong
from tests.factories.accounts import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LOGIN = "/api/auth/login"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=["required", "offered"])
def asked(request, settings) -> str:
    """Whether the back office asks everybody, or those who have set up a second factor."""
    settings.ADMIN_SECOND_FACTOR = request.param
    return request.param


def enter(api, user: User, password: str = PASSWORD, **more):
    return api.post(LOGIN, {"email": user.email, "password": password, **more})


def said(reply) -> tuple[int, str]:
    return reply.status_code, reply.json().get("code", "")


def body_of(reply) -> dict:
    return {name: value for name, value in reply.json().items() if name != "request_id"}


def test_H10_staff_with_a_second_factor_get_in_with_its_code_alone(api, cast, bearer, asked):
    device = enrolled(cast.sana)
    for given in ({}, {"code": ""}, {"code": None}, {"code": "  "}):
        reply = enter(api, cast.sana, **given)
        assert said(reply) == (401, "code_required")
        assert reply["WWW-Authenticate"].startswith("Bearer")
        assert "challenge" not in reply.json()
    assert said(enter(api, cast.sana, code=wrong(device))) == (401, "code_refused")
    assert Session.objects.count() == 0
    reply = enter(api, cast.sana, code=code_of(device))
    assert reply.status_code == 200, reply.content
    assert bearer(reply.json()["access_token"]).get("/api/auth/me").status_code == 200
    assert said(enter(api, cast.sana, code=code_of(device))) == (401, "code_refused")  # used
    assert Session.objects.count() == 1
    actions = AuditEntry.objects.filter(object_id=cast.sana.pk).values_list("action", flat=True)
    assert list(actions) == ["second_factor_refused"] * 2


def test_H10_the_form_takes_the_code_too(api, cast, asked):
    device = enrolled(cast.sana)
    form = {"username": cast.sana.email, "password": PASSWORD, "grant_type": "password"}
    for given, status in (({}, 401), ({"code": ""}, 401), ({"code": code_of(device)}, 200)):
        reply = Client().post(LOGIN, {**form, **given})  # multipart
        assert reply.status_code == status, given
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        text = f"username={cast.sana.email}&password=correct+horse+battery&code={code_of(device)}"
        kind = "application/x-www-form-urlencoded"
        assert Client().post(LOGIN, text, content_type=kind).status_code == 200


def test_the_form_of_swagger_goes_on_working_for_everybody_else(cast, asked):
    for person in (cast.asha, cast.meera):
        form = {"username": person.email, "password": PASSWORD, "code": "", "challenge": ""}
        assert Client().post(LOGIN, form).status_code == 200


def test_H10_a_recovery_code_lets_in_once(api, cast, asked):
    enrolled(cast.sana)
    code = services.renew_recovery_codes(actor=cast.sana)[0]
    assert enter(api, cast.sana, code=code.upper()).status_code == 200
    assert said(enter(api, cast.sana, code=code)) == (401, "code_refused")


def test_H10_staff_who_must_have_a_second_factor_and_have_none_do_not_get_in(api, cast, settings):
    settings.ADMIN_SECOND_FACTOR = "required"
    for given in ({}, {"code": "123456"}):
        reply = enter(api, cast.sana, **given)
        assert said(reply) == (401, "second_factor_missing")
        assert "back office" in reply.json()["detail"]
    assert Session.objects.count() == 0
    TOTPDevice.objects.create(user=cast.sana, confirmed=False)  # set up, and never confirmed
    assert said(enter(api, cast.sana)) == (401, "second_factor_missing")


def test_where_it_is_offered_staff_without_one_log_in_as_ever(api, cast):
    assert enter(api, cast.sana).status_code == 200


def test_H10_nothing_of_it_is_said_before_the_password_is_right(api, cast, asked):
    device = enrolled(cast.sana)
    nobody = User(email="nobody@example.com")
    code = code_of(device)
    answers = [
        enter(api, person, "not the password", **given)
        for person in (cast.sana, nobody)
        for given in ({}, {"code": code}, {"code": wrong(device)})
    ]
    assert {said(reply) for reply in answers} == {(401, "incorrect_credentials")}
    assert len({str(body_of(reply)) for reply in answers}) == 1
    assert not AuditEntry.objects.exists()
    assert enter(api, cast.sana, code=code).status_code == 200  # it was not used up


def test_customers_and_builders_log_in_as_the_contract_has_it(api, cast, asked):
    member = MemberFactory(employer=cast.meera.builder)
    enrolled(cast.meera)  # for the back office
    for person in (cast.asha, cast.meera, member):
        assert enter(api, person).status_code == 200
        assert enter(api, person, code="000000", challenge="x").status_code == 200


def test_H10_codes_have_one_count_at_both_doors(api, cast):
    device = enrolled(cast.sana)
    browser = Client()
    browser.post("/admin/login/", {"username": cast.sana.email, "password": PASSWORD})
    for _ in range(2):
        browser.post("/admin/second-factor/code/", {"code": wrong(device)})
    statuses = [enter(api, cast.sana, code=wrong(device)).status_code for _ in range(4)]
    assert statuses == [401] * 3 + [429]
    reply = enter(api, cast.sana, code=code_of(device))
    assert (reply.status_code, reply["Retry-After"]) == (429, "901")
    later = browser.post("/admin/second-factor/code/", {"code": code_of(device)})
    assert later.status_code == 429
    with time_machine.travel(NOON + rules.CODE_PER_ACCOUNT.per, tick=False):
        assert enter(api, cast.sana, code=code_of(device)).status_code == 200


def test_right_passwords_and_right_codes_do_not_count(api, cast, clock):
    device = enrolled(cast.sana)
    for _ in range(12):
        assert said(enter(api, cast.sana)) == (401, "code_required")
        assert enter(api, cast.sana, code=code_of(device)).status_code == 200
        clock.shift(timedelta(seconds=30))
    assert {row.count for row in RateCounter.objects.all()} == {0}


def test_H10_a_code_of_the_app_has_its_own_thirty_seconds_here_too(api, cast, clock):
    device = enrolled(cast.sana)
    code = code_of(device)
    clock.shift(timedelta(seconds=30))
    assert said(enter(api, cast.sana, code=code)) == (401, "code_refused")
    code = code_of(device)
    clock.shift(timedelta(seconds=-30))
    assert said(enter(api, cast.sana, code=code)) == (401, "code_refused")


def test_sessions_of_before_stay_until_they_end(api, cast, log_in, bearer, settings):
    tokens = log_in(cast.sana)
    settings.ADMIN_SECOND_FACTOR = "required"
    enrolled(cast.sana)
    assert bearer(tokens["access_token"]).get("/api/auth/me").status_code == 200
    body = {"refresh_token": tokens["refresh_token"]}
    assert api.post("/api/auth/refresh", body).status_code == 200


@pytest.mark.parametrize("code", ["x" * 65, True, [], {}, "\x00"])
def test_what_is_no_code_is_refused_by_the_form(api, cast, code):
    assert said(enter(api, cast.sana, code=code)) == (400, "invalid")
