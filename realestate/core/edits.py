"""Plain edits: one generic way to make, change and remove rows that have no rules of their own, with audit."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from realestate.core import audit
from realestate.core.locking import lock
from realestate.core.transactions import service

Row = TypeVar("Row", bound=Model)


@service
def create_row(*, actor: audit.Actor | None, row: Row, **details: object) -> Row:
    """Store a new row and say who made it; ``details`` go to the audit entry."""
    row.save(force_insert=True)
    audit.record(actor, row, "created", after=details)
    return row


@service
def update_row(
    *,
    actor: audit.Actor | None,
    rows: QuerySet[Row],
    pk: int,
    changes: Mapping[str, Any],
    action: str = "updated",
    reason: str = "",
) -> Row:
    """Change named fields of one row, found and locked through the caller's scope.

    Fields that were not sent never change. Raises Model.DoesNotExist for strangers.
    """
    row = lock(rows, pk)
    different = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not different:
        return row
    before = audit.snapshot(row, different)
    for name, value in different.items():
        setattr(row, name, value)
    row.save(update_fields=[*different, "updated_at"])
    audit.record(actor, row, action, before=before, after=different, reason=reason)
    return row


@service
def remove_row(
    *, actor: audit.Actor | None, rows: QuerySet[Row], pk: int, reason: str = ""
) -> None:
    """Delete one row, found and locked through the caller's scope; the audit entry keeps what it said.

    Raises Model.DoesNotExist for strangers, ProtectedRow (409) while other rows point at it.
    """
    row = lock(rows, pk)
    columns = [field.attname for field in row._meta.concrete_fields]  # noqa: SLF001  # documented API
    audit.record(
        actor, row, "removed", before={name: getattr(row, name) for name in columns}, reason=reason
    )
    row.delete()
