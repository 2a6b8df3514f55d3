"""Limits: in any stretch of time, counted in the database, for all processes together (D21, F10)."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from realestate.core import clock
from realestate.core.api.throttling import (
    client_address,
    give_back,
    limit,
    network,
    purge_counters,
)
from realestate.core.errors import TooManyRequests
from realestate.core.models import RateCounter

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def ten_seconds_into_a_minute(time_machine):
    time_machine.move_to("2030-01-01T12:00:10Z", tick=False)


def use(identity="asha@example.com", scope="login"):
    return limit(scope, identity, times=3, per=MINUTE)


def test_so_many_uses_and_no_more_until_the_first_is_old_enough(time_machine):
    for _time in range(3):
        use()
        time_machine.shift(timedelta(seconds=10))
    with pytest.raises(TooManyRequests) as refusal:
        use()
    assert refusal.value.extra == {"retry_after": 31}
    time_machine.shift(timedelta(seconds=29))
    with pytest.raises(TooManyRequests) as refusal:
        use()
    assert refusal.value.extra == {"retry_after": 2}
    time_machine.shift(timedelta(seconds=1))
    use()
    with pytest.raises(TooManyRequests) as refusal:  # the second use is next
        use()
    assert refusal.value.extra == {"retry_after": 11}


def test_F10_no_boundary_lets_twice_as_many_pass(time_machine):
    """Fixed windows would: the end of one and the start of the next."""
    taken = 0
    for _second in range(120):
        try:
            use()
        except TooManyRequests:
            pass
        else:
            taken += 1
        time_machine.shift(timedelta(seconds=1))
    assert taken == 6


def test_what_is_refused_does_not_count():
    for _time in range(3):
        use()
    for _time in range(2):
        with pytest.raises(TooManyRequests):
            use()
    assert RateCounter.objects.get().count == 3


def test_only_what_still_counts_is_kept(time_machine):
    for _time in range(2):
        use()
    time_machine.shift(MINUTE)
    use()
    assert RateCounter.objects.get().uses == [clock.now()]


def test_each_identity_and_each_scope_has_its_own_limit():
    for _time in range(3):
        use()
    use("ravi@example.com")
    use(scope="reset")
    assert sorted(row.count for row in RateCounter.objects.all()) == [1, 1, 3]


def test_the_identity_itself_is_not_stored():
    use()
    key = RateCounter.objects.get().key
    assert key.startswith("login:")
    assert "asha" not in key


def test_a_use_that_was_harmless_is_given_back():
    for _time in range(10):
        give_back(use())
    assert RateCounter.objects.get().count == 0
    kept = use()
    give_back(kept)
    give_back(kept)
    assert RateCounter.objects.get().count == 0


def test_one_of_two_uses_of_the_same_moment_is_given_back():
    use()
    give_back(use())
    assert RateCounter.objects.get().count == 1


def test_old_counters_are_purged():
    use()
    for key, seconds in (("old", 1), ("still counted", 0)):
        long_ago = clock.now() - timedelta(days=2, seconds=seconds)
        RateCounter.objects.create(key=key, uses=[long_ago], last_used_at=long_ago)
    assert purge_counters() == 1
    assert RateCounter.objects.filter(key="old").count() == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),  # nobody in front of us: whoever says so is the caller
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.1"),
        (1, " , ", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_the_callers_address_cannot_be_chosen_by_the_caller(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_one_subscriber_counts_as_one_caller(address, expected):
    assert network(address) == expected
