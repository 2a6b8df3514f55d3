"""Row locks in one order: down the ladder, then by table name, then by primary key.

The order is checked at once, in any single-threaded test, instead of as a deadlock on a busy day.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from realestate.core.bulk import in_bulk
from realestate.core.ladder import rung_of_model
from realestate.core.transactions import outermost_block

Row = TypeVar("Row", bound=Model)
Rank = tuple[int, str, int]
# The transaction and what it holds, in the order it was locked; another transaction begins with nothing.
_held: ContextVar[tuple[object, tuple[Rank, ...]]] = ContextVar("held_locks", default=(None, ()))


def lock(queryset: QuerySet[Row], pk: int) -> Row:
    """The row, scoped by the queryset, locked and freshly read. Raises Model.DoesNotExist for strangers."""
    _remember(queryset.model, pk)
    return _locked(queryset).get(pk=pk)


def lock_all(queryset: QuerySet[Row], pks: Iterable[int]) -> list[Row]:
    """Several rows of one table, locked in primary-key order; missing ones are simply absent."""
    wanted = sorted(set(pks))
    _remember(queryset.model, *wanted)
    return list(_locked(queryset).filter(pk__in=wanted).order_by("pk"))


def own(row: Model) -> None:
    """Say that this transaction has just made a row: nobody else sees it, so locking it later waits for nobody."""
    _remember(type(row), row.pk, is_new=True)


def _locked(queryset: QuerySet[Row]) -> QuerySet[Row]:
    # ``no_key``: foreign keys that point at the row may still be checked by others while it is held.
    return queryset.select_for_update(of=("self",), no_key=True)


def _remember(model: type[Model], *pks: int, is_new: bool = False) -> None:
    """Check the order of rows to be locked, given in their order; those already held cannot block their holder."""
    transaction = outermost_block()
    if transaction is None:
        message = "a lock outside a transaction protects nothing"
        raise RuntimeError(message)
    holder, held = _held.get()
    if holder is not transaction:
        held = ()
    stored: Any = model._meta.concrete_model  # noqa: SLF001  # Django's API; a proxy's rows are its table's
    table = (-rung_of_model(stored), str(stored._meta.model_name))  # noqa: SLF001  # Django's API
    known = frozenset(held)
    new: list[Rank] = [rank for pk in pks if (rank := (*table, int(pk))) not in known]
    if held and new and new[0] < held[-1] and not (is_new or in_bulk()):
        message = f"lock order: {new[0]} after {held[-1]}"
        raise RuntimeError(message)
    # What is new goes before all others, where it forbids nothing.
    _held.set((transaction, (*new, *held) if is_new else (*held, *new)))
