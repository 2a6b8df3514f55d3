"""The race track itself: contenders start together, and what they do is told in order."""

from threading import Barrier

import pytest
from django.db import connection

from tests.races.support import losers, run_together, winners


@pytest.mark.django_db(transaction=True)
def test_contenders_run_at_the_same_time_on_connections_of_their_own():
    together = Barrier(5)

    def contend(_index):
        together.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    assert len(set(run_together(5, contend))) == 5


@pytest.mark.django_db(transaction=True)
def test_results_and_refusals_come_in_the_order_of_the_contenders():
    def contend(index):
        if index % 2:
            raise ValueError(index)
        return index

    results = run_together(4, contend)
    assert winners(results) == [0, 2]
    assert [type(result) for result in losers(results)] == [ValueError, ValueError]
    assert [result.args for result in results[1::2]] == [(1,), (3,)]


@pytest.mark.django_db
def test_a_race_inside_an_open_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction=True"):
        run_together(2, lambda index: index)
