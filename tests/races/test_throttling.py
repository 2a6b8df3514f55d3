"""F10: a limit holds exactly, however many ask at the same moment."""

from datetime import timedelta

import pytest

from realestate.core import clock
from realestate.core.api.throttling import limit
from realestate.core.errors import TooManyRequests
from realestate.core.models import RateCounter
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)


def test_F10_the_shared_counter_is_exact():
    def use(_index):
        return limit("login", "asha@example.com", times=7, per=timedelta(days=365))

    results = run_together(20, use)
    assert len(winners(results)) == 7
    assert {type(error) for error in losers(results)} == {TooManyRequests}
    assert RateCounter.objects.get().count == 7


def test_F10_control_a_counter_that_is_read_and_then_written_loses_uses():
    now = clock.now()
    RateCounter.objects.create(key="k", uses=[], last_used_at=now)

    def use(_index):
        for _time in range(20):
            counter = RateCounter.objects.get()
            counter.uses.append(now)
            counter.save()

    run_together(20, use)
    assert RateCounter.objects.get().count < 400
