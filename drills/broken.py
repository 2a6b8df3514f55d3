"""The platform without one of its guards, for controls: a drill that cannot fail proves nothing.

``DRILL_WITHOUT`` names what is missing: ``locks`` (rows are read and not locked).
"""

import os
from typing import Any

from realestate.wsgi import application as platform

application = platform


def without_locks() -> None:
    """Whoever asks for a lock only reads."""
    from django.db.models import QuerySet

    QuerySet.select_for_update = lambda self, **_how: self  # type: ignore[method-assign]  # the guard is taken away


BREAKS: dict[str, Any] = {"locks": without_locks}
for word in os.environ.get("DRILL_WITHOUT", "").split():
    BREAKS[word]()
