"""State machines are tables; this is the one function that moves a row along one (section 7 of the architecture)."""

from collections.abc import Mapping

from django.db.models import Model

from realestate.core import clock
from realestate.core.db.fields import TimestampedModel
from realestate.core.errors import InvalidTransition

Table = Mapping[str, Mapping[str, str]]  # state -> action -> new state


def allowed_actions(table: Table, state: str) -> list[str]:
    """What can be done in a state, in the table's order; empty for terminal states."""
    return [str(action) for action in table.get(state, {})]


def advance(
    row: Model,
    table: Table,
    action: str,
    *,
    field: str = "state",
    changes: Mapping[str, object] | None = None,
) -> tuple[str, str]:
    """Move a row by one action, with other columns that change in the same statement; returns (old, new).

    Compare-and-set under the caller's lock: the lock is a convention, the WHERE is a fact.
    Raises InvalidTransition (409) with the allowed actions.
    """
    old = str(getattr(row, field))
    new = table.get(old, {}).get(action)
    if new is None:
        raise InvalidTransition(state=old, allowed=allowed_actions(table, old))
    columns: dict[str, object] = {**(changes or {}), field: str(new)}
    if isinstance(row, TimestampedModel):
        columns["updated_at"] = clock.now()
    rows = type(row)._default_manager.filter(pk=row.pk, **{field: old})  # noqa: SLF001  # documented access
    if not rows.update(**columns):
        raise InvalidTransition(state=old, allowed=allowed_actions(table, old))
    for name, value in columns.items():
        setattr(row, name, value)
    return old, str(new)
