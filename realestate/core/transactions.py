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

from realestate.core.db.conflicts import sqlstate, translated

P = ParamSpec("P")
R = TypeVar("R")
ATTEMPTS = 3
RETRYABLE = {"40P01", "40001"}  # deadlock detected, serialisation failure


def outermost_block() -> object | None:
    """What the present transaction began with; None outside of one. The block around a test does not count."""
    # ``_from_testcase`` is Django's private mark for that block; see docs/architecture.md, "Writing".
    blocks = (b for b in connection.atomic_blocks if not getattr(b, "_from_testcase", False))
    return next(blocks, None)


@contextmanager
def _block() -> Iterator[None]:
    inside = outermost_block() is not None
    with transaction.atomic(durable=not inside, savepoint=not inside):  # noqa: TID251  # the one place
        yield
        if connection.needs_rollback:
            message = "a refusal inside this transaction was swallowed; nothing of it can be kept"
            raise RuntimeError(message)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a use case that changes business state; see the module's docstring."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        attempts = ATTEMPTS if outermost_block() is None else 1
        for attempt in range(1, attempts):
            try:
                return once(*args, **kwargs)
            except OperationalError as error:
                if sqlstate(error) not in RETRYABLE:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  # jitter, not a secret
        return once(*args, **kwargs)

    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with _block():
                return function(*args, **kwargs)
        except IntegrityError as error:
            raise translated(error) from error

    return wrapper
