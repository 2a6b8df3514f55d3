"""A fixed noon, an audit trail that can be read, and what a refusal must leave untouched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from projects.models import Claim, Model3D, Project, Tower, Unit
from realestate.core.models import AuditEntry

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLES = (Project, Tower, Unit, Claim, Model3D, AuditEntry)


@pytest.fixture
def noon(time_machine: Any) -> Callable[..., datetime]:
    """The clock stands at noon; ``noon(minutes=5)`` moves it to five past."""

    def at(**delta: float) -> datetime:
        time_machine.move_to(NOON + timedelta(**delta), tick=False)
        return NOON + timedelta(**delta)

    at()
    return at


@pytest.fixture
def stored(db: None) -> Callable[[], list[Any]]:
    """Every row of the app and of its audit trail, to compare before and after a refusal."""
    return lambda: [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def trail(db: None) -> Callable[..., list[tuple[str, Any, Any]]]:
    """What the audit trail says about a row: action, before, after."""

    def entries(row: Any) -> list[tuple[str, Any, Any]]:
        found = AuditEntry.objects.filter(
            object_type=row._meta.label_lower, object_id=row.pk
        ).order_by("pk")
        return [(entry.action, entry.before, entry.after) for entry in found]

    return entries
