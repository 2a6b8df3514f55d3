"""Row locks in one order: down the ladder, then by table name, then by primary key.

The order is checked at once, in any single-threaded test, instead of as a deadlock on a busy day.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from realestate.core.ladder import rung_of_model

Row = TypeVar("Row", bound=Model)
Rank = tuple[int, str, int]
_held: ContextVar[tuple[Rank, ...]] = ContextVar("held_locks", default=())


def forget() -> None:
    """A new outermost transaction begins: nothing is held."""
    _held.set(())


def lock(queryset: QuerySet[Row], pk: int) -> Row:
    """The row, scoped by the queryset, locked and freshly read. Raises Model.DoesNotExist for strangers."""
    _remember(queryset.model, pk)
    return _locked(queryset).get(pk=pk)


def lock_all(queryset: QuerySet[Row], pks: Iterable[int]) -> list[Row]:
    """Several rows of one table, locked in primary-key order; missing ones are simply absent."""
    wanted = sorted(set(pks))
    for pk in wanted:
        _remember(queryset.model, pk)
    return list(_locked(queryset).filter(pk__in=wanted).order_by("pk"))


def _locked(queryset: QuerySet[Row]) -> QuerySet[Row]:
    # ``no_key``: foreign keys that point at the row may still be checked by others while it is held.
    return queryset.select_for_update(of=("self",), no_key=True)


def _remember(model: type[Model], pk: int) -> None:
    if not connection.in_atomic_block:
        message = "a lock outside a transaction protects nothing"
        raise RuntimeError(message)
    rank: Rank = (-rung_of_model(model), str(model._meta.model_name), int(pk))  # noqa: SLF001  # Django's API
    held = _held.get()
    if held and rank < held[-1]:
        message = f"lock order: {rank} after {held[-1]}"
        raise RuntimeError(message)
    _held.set((*held, rank))
