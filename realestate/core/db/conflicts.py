"""Constraint name -> error: the database speaks the same language as the services."""

from django.db import Error, IntegrityError

from realestate.core.errors import Conflict, DomainError

_conflicts: dict[str, type[DomainError]] = {}


def register_conflict(constraint: str, error: type[DomainError]) -> None:
    """Say which refusal a named constraint means; called beside the service that checks it politely."""
    _conflicts[constraint] = error


def constraint_name(error: Error) -> str:
    """The name of the violated constraint, or an empty string."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return str(getattr(diagnostics, "constraint_name", None) or "")


def sqlstate(error: Error) -> str:
    """PostgreSQL's five-character error code, or an empty string."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def translated(error: IntegrityError) -> DomainError:
    """The refusal that a violated constraint stands for; a plain 409 for one that nobody named."""
    return _conflicts.get(constraint_name(error), Conflict)()
