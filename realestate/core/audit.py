"""Who did what, when and why: one row per change, in the same transaction as the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.db.models import Model

from realestate.core import request_id
from realestate.core.models import AuditEntry


class Actor(Protocol):
    """Whoever acts: a user of the house. Jobs and commands act as ``SYSTEM``."""

    pk: int
    user_type: str


SYSTEM: None = None  # the platform itself
BATCH = 1_000


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
    _entry(actor, row, action, Change(before or {}, after or {}), reason).save(force_insert=True)


def record_all(
    actor: Actor | None,
    action: str,
    changes: Iterable[tuple[Model, Change]],
    *,
    reason: str = "",
) -> None:
    """Write one audit row for each of many rows that were changed by one statement."""
    entries = [_entry(actor, row, action, change, reason) for row, change in changes]
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def snapshot(row: Model, fields: Mapping[str, object]) -> dict[str, object]:
    """The present values of the fields that are about to change."""
    return {name: getattr(row, name) for name in fields}


def _entry(actor: Actor | None, row: Model, action: str, change: Change, reason: str) -> AuditEntry:
    return AuditEntry(
        actor_id=actor.pk if actor is not None else None,
        object_type=row._meta.label_lower,  # noqa: SLF001  # Django's documented API
        object_id=row.pk,
        action=action,
        before=_plain(change.before),
        after=_plain(change.after),
        reason=reason,
        request_id=request_id.current(),
    )


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
