"""How often one may try: counted in the database, over all processes (D21, E4)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts import rules
from accounts.models import Session, User
from accounts.services import open_session, reset_token
from realestate.core import clock
from realestate.core.api.throttling import give_back, limit, purge_counters
from realestate.core.errors import TooManyRequests
from realestate.core.models import RateCounter
from tests.factories.accounts import PASSWORD, CustomerFactory

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRONG = "not the password"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def attempt(api, email, password=WRONG, address="203.0.113.1"):
    return api.post("/api/auth/login", {"email": email, "password": password}, REMOTE_ADDR=address)


def test_E4_ten_wrong_passwords_per_account_whatever_the_address(api, cast):
    statuses = [
        attempt(
            api,
            [cast.asha.email, "ASHA@example.com ", "Asha@Example.com"][n % 3],
            address=f"203.0.113.{n}",
        ).status_code
        for n in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2
    refused = attempt(api, cast.asha.email, PASSWORD, address="203.0.113.99")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "901"
    body = refused.json()
    assert (body["code"], body["errors"]) == ("throttled", {})
    assert body["detail"] == "Too many requests; try again later."
    assert attempt(api, cast.ravi.email, PASSWORD).status_code == 200


def test_E4_unknown_accounts_are_limited_alike(api, db):
    statuses = [attempt(api, "nobody@example.com").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_E4_the_window_ends_and_the_owner_gets_in(api, cast):
    for _ in range(11):
        attempt(api, cast.asha.email)
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        assert attempt(api, cast.asha.email, PASSWORD).status_code == 200


def test_D21_strangers_cannot_lock_an_owner_out_at_home(api, cast):
    home = "198.51.100.7"
    assert attempt(api, cast.asha.email, PASSWORD, home).status_code == 200
    for n in range(12):
        attempt(api, cast.asha.email, address=f"203.0.113.{n}")
    assert attempt(api, cast.asha.email, PASSWORD, "203.0.113.50").status_code == 429
    assert attempt(api, cast.asha.email, PASSWORD, home).status_code == 200
    statuses = [attempt(api, cast.asha.email, address=home).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_D21_strangers_cannot_lock_an_owner_out_where_the_mail_is_read(api, cast):
    hotel = "198.51.100.99"  # the owner has never been here
    for n in range(10):
        attempt(api, cast.asha.email, address=f"203.0.113.{n}")
    assert attempt(api, cast.asha.email, PASSWORD, hotel).status_code == 429
    token = reset_token(User.objects.get(pk=cast.asha.pk))
    body = {"token": token, "new_password": "a sentence of the hotel"}
    api.post("/api/auth/password/reset/confirm", body, REMOTE_ADDR=hotel)
    assert not Session.objects.live(clock.now()).filter(user=cast.asha.pk).exists()
    assert attempt(api, cast.asha.email, body["new_password"], hotel).status_code == 200
    assert attempt(api, cast.asha.email, body["new_password"], "203.0.113.50").status_code == 429
    statuses = [attempt(api, cast.asha.email, address=hotel).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_D21_control_a_link_that_is_refused_makes_no_place_known(api, cast):
    for n in range(10):
        attempt(api, cast.asha.email, address=f"203.0.113.{n}")
    body = {"token": f"{cast.asha.pk}.wrong", "new_password": "a sentence of the hotel"}
    reply = api.post("/api/auth/password/reset/confirm", body, REMOTE_ADDR="198.51.100.99")
    assert reply.status_code == 400
    assert attempt(api, cast.asha.email, PASSWORD, "198.51.100.99").status_code == 429


def test_E4_thirty_wrong_passwords_per_address(api, db):
    people = [CustomerFactory().user for _ in range(4)]
    statuses = [attempt(api, people[n % 4].email).status_code for n in range(31)]
    assert statuses == [401] * 30 + [429]
    assert attempt(api, people[3].email, PASSWORD, "203.0.113.2").status_code == 200


def test_a_forwarded_address_is_not_believed_without_a_proxy(api, db):
    api.credentials(HTTP_X_FORWARDED_FOR="198.51.100.1")
    for n in range(30):
        attempt(api, f"x{n}@example.com")
    api.credentials(HTTP_X_FORWARDED_FOR="198.51.100.2")
    assert attempt(api, "y@example.com").status_code == 429


def test_behind_a_proxy_its_word_counts(api, db, settings):
    settings.TRUSTED_PROXIES = 1
    statuses = []
    for n in range(31):  # the first address is the caller's own claim
        api.credentials(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.1")
        statuses.append(attempt(api, f"x{n}@example.com").status_code)
    assert statuses == [401] * 30 + [429]
    api.credentials(HTTP_X_FORWARDED_FOR="192.0.2.1, 192.0.2.2")
    assert attempt(api, "y@example.com").status_code == 401


def test_right_logins_are_not_counted(api, cast):
    assert [attempt(api, cast.asha.email, PASSWORD).status_code for _ in range(40)] == [200] * 40
    assert {row.count for row in RateCounter.objects.all()} == {0}


def test_a_right_login_does_not_forgive_the_wrong_ones(api, cast):
    for _ in range(9):
        attempt(api, cast.asha.email)
    assert attempt(api, cast.asha.email, PASSWORD, "203.0.113.2").status_code == 200
    assert [attempt(api, cast.asha.email).status_code for _ in range(2)] == [401, 429]


def test_counted_before_the_password_is_looked_at(api, cast, settings):
    for _ in range(10):
        attempt(api, cast.asha.email)
    before = User.objects.get(pk=cast.asha.pk).last_login
    assert attempt(api, cast.asha.email, PASSWORD).status_code == 429
    assert User.objects.get(pk=cast.asha.pk).last_login == before
    assert cast.asha.sessions.count() == 0


def test_malformed_logins_do_not_count(api, db):
    for _ in range(12):
        assert api.post("/api/auth/login", {"email": "x@example.com"}).status_code == 400
    assert RateCounter.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "body", "rule"),
    [
        ("password/reset", {"email": "x@example.com"}, rules.RESET_PER_ACCOUNT),
        ("password/reset/confirm", {"token": "x", "new_password": "y"}, rules.LINK_PER_ADDRESS),
        ("verify-email/confirm", {"token": "x"}, rules.LINK_PER_ADDRESS),
        (
            "register",
            {
                "email": "x@example.com",
                "password": "short",
                "user_type": "customer",
                "customer_data": {"first_name": "X", "phone": "123456"},
            },
            rules.REGISTER_PER_ACCOUNT,
        ),
    ],
)
def test_the_other_doors_are_limited_too(api, db, path, body, rule):
    statuses = [api.post(f"/api/auth/{path}", body).status_code for _ in range(rule.times + 1)]
    assert 429 not in statuses[:-1]
    assert statuses[-1] == 429


def test_resets_are_limited_per_address(api, db):
    statuses = [
        api.post("/api/auth/password/reset", {"email": f"x{n}@example.com"}).status_code
        for n in range(rules.RESET_PER_ADDRESS.times + 1)
    ]
    assert statuses == [200] * rules.RESET_PER_ADDRESS.times + [429]


def test_registrations_are_limited_per_address(api, db):
    body = {
        "password": "short",
        "user_type": "customer",
        "customer_data": {"first_name": "X", "phone": "123456"},
    }
    statuses = [
        api.post("/api/auth/register", body | {"email": f"x{n}@example.com"}).status_code
        for n in range(rules.REGISTER_PER_ADDRESS.times + 1)
    ]
    assert statuses == [400] * rules.REGISTER_PER_ADDRESS.times + [429]


def test_verification_mails_are_limited(as_, cast):
    client = as_(cast.asha)
    statuses = [client.post("/api/auth/verify-email").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_counters_hold_no_addresses(api, db):
    attempt(api, "someone@example.com")
    for key in RateCounter.objects.values_list("key", flat=True):
        assert "someone" not in key
        assert "203.0.113" not in key


def test_one_counter_per_scope_and_identity(db):
    for _ in range(2):
        limit("a", "x", times=2, per=HOUR)
    with pytest.raises(TooManyRequests) as refusal:
        limit("a", "x", times=2, per=HOUR)
    assert refusal.value.extra == {"retry_after": 3601}
    limit("a", "y", times=2, per=HOUR)
    limit("b", "x", times=2, per=HOUR)
    with time_machine.travel(NOON + timedelta(minutes=59, seconds=59), tick=False):
        with pytest.raises(TooManyRequests) as refusal:
            limit("a", "x", times=2, per=HOUR)
        assert refusal.value.extra == {"retry_after": 2}
    with time_machine.travel(NOON + HOUR, tick=False):
        limit("a", "x", times=2, per=HOUR)


def test_a_use_can_be_given_back_once_it_is_counted(db):
    use = limit("a", "x", times=1, per=HOUR)
    give_back(use)
    use = limit("a", "x", times=1, per=HOUR)
    for _ in range(2):
        give_back(use)
    assert RateCounter.objects.get().count == 0


def test_old_counters_are_purged(db):
    limit("old", "x", times=1, per=HOUR)
    with time_machine.travel(NOON + timedelta(days=2, hours=1), tick=False):
        limit("new", "x", times=1, per=HOUR)
        assert purge_counters() == 1
    assert RateCounter.objects.get().key.startswith("new:")


def test_a_familiar_address_belongs_to_one_account(api, cast):
    home = "198.51.100.7"
    attempt(api, cast.ravi.email, PASSWORD, home)
    for n in range(10):
        attempt(api, cast.asha.email, address=f"203.0.113.{n}")
    assert attempt(api, cast.asha.email, PASSWORD, home).status_code == 429
    open_session(user_id=cast.asha.pk, password=cast.asha.password)
    assert clock.now() == NOON
