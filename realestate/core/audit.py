"""Who did what, when and why: one row per change, in the same transaction as the change.

The database adds which columns of which rows changed (``RowChange``); the transaction's number joins the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import Model

from realestate.core import request_id
from realestate.core.db.many import insert_rows
from realestate.core.models import AuditEntry


class Actor(Protocol):
    """Whoever acts: a user of the house. Jobs and commands act as ``SYSTEM``."""

    pk: int
    user_type: str


SYSTEM: None = None  # the platform itself


@dataclass(frozen=True)
class Change:
    """The named fields of one row before and after."""

    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


def record(
    actor: Actor | None,
    row: Model,
    action: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Write one audit row; ``before`` and ``after`` hold the named fields that changed."""
    AuditEntry.objects.create(
        **_common(actor, row, action, reason),
        object_id=row.pk,
        before=_plain(before),
        after=_plain(after),
    )


def record_all(
    actor: Actor | None,
    model: type[Model],
    action: str,
    changes: Mapping[int, Change],
    *,
    reason: str = "",
) -> None:
    """Write one audit row for each of many rows of a table (by primary key) that were changed by one statement."""
    same = _common(actor, model, action, reason)
    entries = [
        {
            **same,
            "object_id": pk,
            "before": _plain(change.before),
            "after": _plain(change.after),
        }
        for pk, change in changes.items()
    ]
    insert_rows(AuditEntry, entries)


def snapshot(row: Model, fields: Mapping[str, object]) -> dict[str, object]:
    """The present values of the fields that are about to change."""
    return {name: getattr(row, name) for name in fields}


def _common(
    actor: Actor | None, model: Model | type[Model], action: str, reason: str
) -> dict[str, object]:
    return {
        "actor_id": actor.pk if actor is not None else None,
        "object_type": model._meta.label_lower,  # noqa: SLF001  # Django's documented API
        "action": action,
        "reason": reason,
        "request_id": request_id.current(),
    }


def _plain(values: Mapping[str, object] | None) -> dict[str, object]:
    return {name: _json(value) for name, value in (values or {}).items()}


def _json(value: object) -> object:
    match value:
        case Model():
            return value.pk
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_json(inner) for inner in value]
        case _:  # Decimal, dates and times keep their exact text
            return str(value)
