"""One word for transactions: ``@service``.

Alone it is a transaction; inside another service it is part of it; there are no savepoints; a refusal anywhere
undoes all of it. A deadlock or serialisation failure retries the whole outermost block, at most three times.
"""

import functools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from realestate.core import locking
from realestate.core.db.conflicts import sqlstate, translated

P = ParamSpec("P")
R = TypeVar("R")
ATTEMPTS = 3
RETRYABLE = {"40P01", "40001"}  # deadlock detected, serialisation failure


def _inside() -> bool:
    # ``_from_testcase`` is Django's private mark for the block around a test; see the architecture, section 6.
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """The block that ``@service`` opens; only for edges that must commit an answer with its effect."""
    inside = _inside()
    with transaction.atomic(durable=not inside, savepoint=not inside):  # noqa: TID251  # the one place
        if not inside:
            locking.forget()
        yield
        if connection.needs_rollback:
            message = "a refusal inside this transaction was swallowed; nothing of it can be kept"
            raise RuntimeError(message)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a use case that changes business state; see the module's docstring."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside():
            with unit_of_work():
                return function(*args, **kwargs)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with unit_of_work():
                    return function(*args, **kwargs)
            except IntegrityError as error:
                raise translated(error) from error
            except OperationalError as error:
                if sqlstate(error) not in RETRYABLE or attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  # jitter, not a secret
        raise AssertionError  # pragma: no cover  # the loop returns or raises

    return wrapper
