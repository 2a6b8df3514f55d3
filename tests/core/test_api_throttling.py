"""Limits: fixed windows, counted in the database, for all processes together (D21, F10)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from realestate.core import clock
from realestate.core.api.throttling import (
    client_address,
    give_back,
    limit,
    purge_counters,
    window_start,
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


def test_so_many_uses_and_no_more_until_the_window_ends(time_machine):
    for _time in range(3):
        use()
    with pytest.raises(TooManyRequests) as refusal:
        use()
    assert refusal.value.extra == {"retry_after": 51}
    time_machine.shift(timedelta(seconds=49))
    with pytest.raises(TooManyRequests) as refusal:
        use()
    assert refusal.value.extra == {"retry_after": 2}
    time_machine.shift(timedelta(seconds=1))
    use()


def test_refused_uses_count_too():
    for _time in range(3):
        use()
    for _time in range(2):
        with pytest.raises(TooManyRequests):
            use()
    assert RateCounter.objects.get().count == 5


def test_each_identity_and_each_scope_has_its_own_limit():
    for _time in range(3):
        use()
    use("ravi@example.com")
    use(scope="reset")
    assert sorted(RateCounter.objects.values_list("count", flat=True)) == [1, 1, 3]


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


def test_windows_are_aligned():
    instant = datetime(2030, 1, 1, 12, 44, 59, 999999, tzinfo=UTC)
    assert window_start(instant, MINUTE) == datetime(2030, 1, 1, 12, 44, tzinfo=UTC)
    assert window_start(instant, timedelta(minutes=15)) == datetime(2030, 1, 1, 12, 30, tzinfo=UTC)


def test_old_windows_are_purged():
    use()
    RateCounter.objects.create(key="old", window_start=clock.now() - timedelta(days=2, seconds=1))
    assert purge_counters() == 1
    assert RateCounter.objects.get().key != "old"


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
