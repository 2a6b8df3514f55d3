"""The platform without one of its guards, for controls: a drill that cannot fail proves nothing.

``DRILL_WITHOUT`` names what is missing: ``locks`` (rows are read and not locked), ``lists`` (they raise).
"""

import os
from typing import Any

from realestate.wsgi import application as platform

application = platform


def without_locks() -> None:
    """Whoever asks for a lock only reads."""
    from django.db.models import QuerySet

    QuerySet.select_for_update = lambda self, **_how: self  # type: ignore[method-assign]  # the guard is taken away


def without_lists() -> None:
    """Every list raises."""
    from realestate.core.api import views

    def crash(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    views.envelope = crash  # type: ignore[assignment]  # what is broken


BREAKS: dict[str, Any] = {"locks": without_locks, "lists": without_lists}
for word in os.environ.get("DRILL_WITHOUT", "").split():
    BREAKS[word]()
