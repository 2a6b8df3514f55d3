"""Many services in one transaction: an import does all of a sheet or nothing of it.

Each service keeps the order of locks by itself; one after another they cannot. Whoever uses this first locks the rows
that the sheet names, in their order, so that others wait at the first of them; should two transactions block each other
all the same, PostgreSQL ends one and ``@service`` runs it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_bulk: ContextVar[bool] = ContextVar("bulk", default=False)


def in_bulk() -> bool:
    """Whether services follow one another in the present transaction."""
    return _bulk.get()


@contextmanager
def one_after_another() -> Iterator[None]:
    """Inside, locks need no order."""
    before = _bulk.set(True)
    try:
        yield
    finally:
        _bulk.reset(before)
