"""How races are run: as many threads as contenders, started together, each with a connection of its own.

    @pytest.mark.django_db(transaction=True)
    def test_one_winner(cast):
        results = run_together(20, lambda index: take(index))
        assert len(winners(results)) == 1

The rows must be committed, so races use ``transaction=True`` (or the ``transactional_db`` fixture); the threads' own
connections are closed before ``run_together`` returns, so the test database can be flushed.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

PATIENCE = (
    60.0  # seconds for all contenders together; a race that hangs fails instead of waiting for ever
)


def run_together(count: int, contender: Callable[[int], Any]) -> list[Any]:
    """``contender(index)`` in ``count`` threads at the same moment; in index order what each returned or raised."""
    if connection.in_atomic_block:
        message = "threads cannot see rows of an open transaction: mark the test django_db(transaction=True)"
        raise RuntimeError(message)
    barrier = Barrier(count)
    results: list[Any] = [TimeoutError("this contender did not end")] * count

    def run(index: int) -> None:
        try:
            connection.ensure_connection()  # connecting takes longer than racing
            barrier.wait(PATIENCE)
            results[index] = contender(index)
        except Exception as error:  # noqa: BLE001  # a result like any other, for the test to judge
            results[index] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(index,), daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


def winners(results: list[Any]) -> list[Any]:
    """What the contenders that were not refused returned."""
    return [result for result in results if not isinstance(result, Exception)]


def losers(results: list[Any]) -> list[Exception]:
    """What the other contenders raised."""
    return [result for result in results if isinstance(result, Exception)]


@contextmanager
def locked_tables() -> Iterator[list[str]]:
    """The tables of the rows that the block locks, each where it comes first; filled when the block ends."""
    names: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield names
    for query in queries.captured_queries:
        if "FOR NO KEY UPDATE" in query["sql"]:
            (table,) = re.findall(r'^SELECT .*? FROM "(\w+)"', query["sql"])
            if table not in names:
                names.append(table)
