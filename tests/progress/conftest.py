"""A fixed noon, whoever listens for updates, and what a refusal must leave untouched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from progress.events import UpdatePosted
from progress.models import (
    Certificate,
    CompletionDate,
    ConstructionUpdate,
    Milestone,
    ProjectProgress,
)
from realestate.core import events
from realestate.core.models import AuditEntry, StoredFile
from tests.cast import Cast

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLES = (
    ProjectProgress,
    ConstructionUpdate,
    Milestone,
    Certificate,
    CompletionDate,
    StoredFile,
    AuditEntry,
)


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
def told(monkeypatch: pytest.MonkeyPatch) -> list[UpdatePosted]:
    """What whoever listens hears."""
    heard: list[UpdatePosted] = []
    monkeypatch.setitem(events._handlers, UpdatePosted, [heard.append])
    return heard


@pytest.fixture
def trail(db: None) -> Callable[..., list[tuple[str, Any, Any]]]:
    """What the audit trail says about a row: action, before, after."""

    def entries(model: type[Any], pk: int) -> list[tuple[str, Any, Any]]:
        found = AuditEntry.objects.filter(object_type=model._meta.label_lower, object_id=pk)
        return [(entry.action, entry.before, entry.after) for entry in found.order_by("pk")]

    return entries


@pytest.fixture
def own(cast: Cast) -> dict[str, Any]:
    """Meera, and her project: what every one of her services and forms names."""
    return {"actor": cast.meera, "project_id": cast.meera_project.pk}
