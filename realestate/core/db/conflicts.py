"""Constraint name -> error: the database speaks the same language as the services."""

import logging

from django.db import Error, IntegrityError
from django.db.models import ProtectedError, RestrictedError

from realestate.core.errors import Conflict, DomainError, InvalidValue, ProtectedRow

log = logging.getLogger(__name__)
NOT_NULL, CHECK = "23502", "23514"
_conflicts: dict[str, type[DomainError]] = {}


def register_conflict(constraint: str, error: type[DomainError]) -> None:
    """Say which refusal a named constraint means; called beside the service that checks it politely.

    Raises ValueError for a constraint that already means another one.
    """
    if _conflicts.setdefault(constraint, error) is not error:
        message = f"{constraint} already means {_conflicts[constraint].__name__}"
        raise ValueError(message)


def conflicts() -> dict[str, type[DomainError]]:
    """All registered constraint names and what they mean."""
    return dict(_conflicts)


def constraint_name(error: Error) -> str:
    """The name of the violated constraint, or an empty string."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")


def sqlstate(error: Error) -> str:
    """PostgreSQL's five-character error code, or an empty string."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def translated(error: IntegrityError) -> DomainError:
    """The refusal that a violated constraint stands for.

    For a constraint that nobody named: 400 when the row's own values are at fault, else a plain 409. That is a polite
    check missing somewhere, so it is logged.
    """
    if isinstance(error, ProtectedError | RestrictedError):
        return ProtectedRow()
    name = constraint_name(error)
    if name in _conflicts:
        return _conflicts[name]()
    log.warning("constraint violated that no service checks: %s", name or sqlstate(error))
    return InvalidValue() if sqlstate(error) in {NOT_NULL, CHECK} else Conflict()
