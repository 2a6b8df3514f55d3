"""Where LOGIN_CODES is on, a right password waits for the code that is mailed to its owner (H10)."""

import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from accounts import jobs, rules
from accounts.models import LoginChallenge, Session, User
from accounts.services.login_codes import begin_challenge, use_login_code
from tests.accounts.test_api_passwords import queued
from tests.accounts.test_login_factor import enter, said
from tests.factories.accounts import MemberFactory
from tests.permissions.rows import everything
from tests.races.support import run_together

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _on(settings):
    settings.LOGIN_CODES = True


def asked(api, person: User, **more) -> str:
    """The challenge of a right password."""
    reply = enter(api, person, **more)
    assert said(reply) == (401, "code_required"), reply.content
    assert reply.json()["expires_in"] == 600
    return str(reply.json()["challenge"])


def mailed() -> str:
    """The code in the mail that the last job sends."""
    name, args = queued()[-1]
    assert name == "accounts.mail_login_code"
    jobs.mail_login_code(**args, deployed_later=True)
    return read(mail.outbox[-1])


def read(sent: Any) -> str:
    """The code of a mail; text and HTML say the same, the subject nothing."""
    html, _kind = sent.alternatives[0]
    codes = {*re.findall(r"\b\d{4} \d{4}\b", sent.body), *re.findall(r"\b\d{4} \d{4}\b", html)}
    assert len(codes) == 1
    assert not re.search(r"\d", sent.subject)
    return codes.pop()


def other_than(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"


# --- the way in ------------------------------------------------------------------------------------------------------


def test_H10_customers_builders_and_their_people_get_in_with_the_mailed_code(api, cast, bearer):
    member = MemberFactory(employer=cast.meera.builder)
    for person in (cast.asha, cast.meera, member):
        challenge = asked(api, person)
        assert not Session.objects.filter(user=person).exists()
        code = mailed()
        assert mail.outbox[-1].to == [person.email]
        reply = enter(api, person, challenge=challenge, code=code)
        assert reply.status_code == 200, reply.content
        token = reply.json()["access_token"]
        assert bearer(token).get("/api/auth/me").json()["id"] == person.pk
        again = enter(api, person, challenge=challenge, code=code)
        assert said(again) == (401, "code_refused")
        assert Session.objects.filter(user=person).count() == 1


def test_H10_challenges_have_128_random_bits_and_codes_eight_random_digits(api, cast):
    found = []
    for _ in range(5):
        challenge = asked(api, cast.asha)
        assert len(urlsafe_b64decode(f"{challenge}==")) == 16
        code = mailed().replace(" ", "")
        assert re.fullmatch(r"\d{8}", code)
        found += [challenge, code]
    assert len(set(found)) == 10


def test_H10_neither_challenge_nor_code_stands_in_the_database(api, cast):
    challenge = asked(api, cast.asha)
    code = mailed().replace(" ", "")
    stored = str(everything())
    assert "accounts_loginchallenge" in stored
    assert challenge not in stored
    assert code not in stored


def test_H10_a_digest_is_keyed(api, cast, settings):
    challenge = asked(api, cast.asha)
    code = mailed()
    settings.SECRET_KEY = "another-key-of-the-tests-0123456789-abcdefghijklmnop"
    assert said(enter(api, cast.asha, challenge=challenge, code=code)) == (401, "code_refused")


@pytest.mark.parametrize(
    ("later", "status"), [(TEN_MINUTES - timedelta(microseconds=1), 200), (TEN_MINUTES, 401)]
)
def test_H10_a_code_lives_ten_minutes(api, cast, clock, later, status):
    challenge = asked(api, cast.asha)
    code = mailed()
    clock.shift(later)
    assert enter(api, cast.asha, challenge=challenge, code=code).status_code == status


def test_H10_a_code_is_good_for_its_challenge_and_account_alone(api, cast):
    first = asked(api, cast.asha)
    code = mailed()
    second = asked(api, cast.asha)
    ravis = asked(api, cast.ravi)
    for person, challenge in (
        (cast.asha, second),
        (cast.asha, ravis),
        (cast.ravi, first),
        (cast.ravi, ravis),
        (cast.asha, ""),
        (cast.asha, "x"),
    ):
        reply = enter(api, person, challenge=challenge, code=code)
        assert said(reply) == (401, "code_refused")
    assert Session.objects.count() == 0
    assert enter(api, cast.asha, challenge=first, code=code).status_code == 200


def test_H10_a_code_for_another_address_is_no_proof(api, cast):
    challenge = asked(api, cast.asha)
    code = mailed()
    User.objects.filter(pk=cast.asha.pk).update(email="asha.rao@example.com")
    cast.asha.refresh_from_db()
    assert said(enter(api, cast.asha, challenge=challenge, code=code)) == (401, "code_refused")


def test_H10_five_tries_and_the_challenge_is_over(api, cast):
    challenge = asked(api, cast.asha)
    code = mailed()
    tries = [
        use_login_code(actor=cast.asha, challenge=challenge, code=other_than(code))
        for _ in range(rules.LOGIN_CODE_TRIES)
    ]
    assert tries == [False] * 5
    assert LoginChallenge.objects.get().tries == 5
    assert not use_login_code(actor=cast.asha, challenge=challenge, code=code)
    assert LoginChallenge.objects.get().tries == 5


def test_the_fifth_try_may_be_right(api, cast):
    challenge = asked(api, cast.asha)
    code = mailed()
    for _ in range(4):
        use_login_code(actor=cast.asha, challenge=challenge, code=other_than(code))
    assert use_login_code(actor=cast.asha, challenge=challenge, code=code)


def test_H10_tries_are_limited_over_all_challenges(api, cast):
    for _ in range(5):
        challenge = asked(api, cast.asha)
        assert enter(api, cast.asha, challenge=challenge, code="1").status_code == 401
    challenge = asked(api, cast.asha)
    assert enter(api, cast.asha, challenge=challenge, code=mailed()).status_code == 429


def test_H10_an_empty_digest_is_no_code(api, cast):
    challenge = asked(api, cast.asha)  # its mail is not written yet
    for code in ("0", "-", "00000000"):
        assert enter(api, cast.asha, challenge=challenge, code=code).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_H10_of_many_with_one_code_one_gets_in(cast):
    challenge = begin_challenge(user_id=cast.asha.pk)
    code = mailed()
    results = run_together(
        6, lambda _n: use_login_code(actor=cast.asha, challenge=challenge, code=code)
    )
    assert sorted(results) == [False] * 5 + [True]


@pytest.mark.django_db(transaction=True)
def test_H10_many_at_once_have_no_more_tries(cast):
    challenge = begin_challenge(user_id=cast.asha.pk)
    code = mailed()
    wrong = other_than(code)
    run_together(12, lambda _n: use_login_code(actor=cast.asha, challenge=challenge, code=wrong))
    assert LoginChallenge.objects.get().tries == rules.LOGIN_CODE_TRIES


# --- the mail --------------------------------------------------------------------------------------------------------


def test_H10_a_mail_that_is_sent_again_has_another_code_and_the_one_before_is_worthless(api, cast):
    challenge = asked(api, cast.asha)
    first, second = mailed(), mailed()
    assert first != second
    assert said(enter(api, cast.asha, challenge=challenge, code=first)) == (401, "code_refused")
    assert enter(api, cast.asha, challenge=challenge, code=second).status_code == 200


def test_no_code_is_mailed_that_would_be_worth_nothing(api, cast, clock):
    used, late, asleep = (asked(api, person) for person in (cast.asha, cast.ravi, cast.meera))
    assert len({used, late, asleep}) == 3
    of_asha, of_ravi, of_meera = (args for _name, args in queued())
    LoginChallenge.objects.filter(user=cast.asha).delete()
    User.objects.filter(pk=cast.meera.pk).update(is_active=False)
    jobs.mail_login_code(**of_asha)
    jobs.mail_login_code(**of_meera)
    clock.shift(TEN_MINUTES)
    jobs.mail_login_code(**of_ravi)
    assert mail.outbox == []


def test_H10_mails_are_limited_by_account_and_address(api, cast):
    statuses = [enter(api, cast.asha).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert len(queued()) == 10
    assert said(enter(api, cast.ravi)) == (401, "code_required")
    people = [MemberFactory() for _ in range(10)]
    statuses = [enter(api, people[n % 10]).status_code for n in range(100)]
    assert statuses.count(429) == 12  # of the hundred an hour twelve were asked for before


def test_H10_nothing_of_it_happens_before_the_password_is_right(api, cast):
    replies = [
        enter(api, person, "not the password", challenge="x", code="12345678")
        for person in (cast.asha, User(email="nobody@example.com"))
    ]
    assert {said(reply) for reply in replies} == {(401, "incorrect_credentials")}
    assert (LoginChallenge.objects.count(), queued()) == (0, [])


def test_H10_the_second_step_asks_for_the_password_again(api, cast):
    challenge = asked(api, cast.asha)
    reply = enter(api, cast.asha, "not the password", challenge=challenge, code=mailed())
    assert said(reply) == (401, "incorrect_credentials")
