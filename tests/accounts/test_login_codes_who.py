"""LOGIN_CODES: who gives which code, how registering fits with it, and what stays of it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import jobs, services
from accounts.models import LoginChallenge, Session, User
from accounts.services.login_codes import begin_challenge, purge_challenges
from tests.accounts.test_api_passwords import queued
from tests.accounts.test_api_register import BUILDER, CUSTOMER
from tests.accounts.test_login_codes import asked, mailed
from tests.accounts.test_login_factor import enter, said
from tests.admin.entrance import code_of, enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 6, 15, 12, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _on(settings):
    settings.LOGIN_CODES = True


# --- who gives which code --------------------------------------------------------------------------------------------


def test_H10_who_has_set_up_an_app_gives_its_code(api, cast):
    for person in (cast.meera, cast.sana):
        device = enrolled(person)
        reply = enter(api, person)
        assert said(reply) == (401, "code_required")
        assert "challenge" not in reply.json()
        assert enter(api, person, code=code_of(device)).status_code == 200
    assert queued() == []


def test_H10_staff_without_an_app_get_a_mail_where_it_is_offered_and_not_in_where_it_is_required(
    api, cast, settings
):
    challenge = asked(api, cast.sana)
    assert enter(api, cast.sana, challenge=challenge, code=mailed()).status_code == 200
    settings.ADMIN_SECOND_FACTOR = "required"
    assert said(enter(api, cast.sana)) == (401, "second_factor_missing")
    assert not TOTPDevice.objects.exists()


@pytest.mark.parametrize("body", [CUSTOMER, BUILDER], ids=["customer", "builder"])
def test_H10_registering_opens_no_session_without_the_code(api, body):
    reply = api.post("/api/auth/register", body)
    assert (reply.status_code, set(reply.json())) == (202, {"message"})
    assert Session.objects.count() == 0
    assert api.post("/api/auth/register", body).json()["code"] == "email_taken"
    user = User.objects.get()
    challenge = asked(api, user, password=body["password"])
    reply = enter(api, user, body["password"], challenge=challenge, code=mailed())
    assert reply.status_code == 200


def test_H10_who_registered_discreetly_follows_the_link_first(api, settings):
    settings.REGISTER_DISCREETLY = True
    api.post("/api/auth/register", CUSTOMER)
    user = User.objects.get()
    assert said(enter(api, user, CUSTOMER["password"])) == (401, "incorrect_credentials")
    services.verify_email(token=services.verification_token(user))
    asked(api, user, password=CUSTOMER["password"])


def test_without_the_setting_nobody_is_asked(api, cast, settings):
    settings.LOGIN_CODES = False
    assert enter(api, cast.asha).status_code == 200
    assert queued() == []


# --- what stays ------------------------------------------------------------------------------------------------------


def test_challenges_that_are_over_are_deleted_with_ended_sessions(api, cast, clock):
    asked(api, cast.asha)
    LoginChallenge.objects.update(tries=5)
    clock.shift(timedelta(minutes=5))
    live = asked(api, cast.ravi)
    jobs.purge_ended_sessions()
    assert LoginChallenge.objects.get().user == cast.ravi
    clock.shift(timedelta(minutes=5))
    assert enter(api, cast.ravi, challenge=live, code="1").status_code == 401
    clock.shift(timedelta(minutes=5))
    assert purge_challenges() == 1


def test_the_table_refuses_a_sixth_try(cast):
    begin_challenge(user_id=cast.asha.pk)
    with pytest.raises(IntegrityError, match="login_challenge_has_few_tries"):
        LoginChallenge.objects.update(tries=6)
