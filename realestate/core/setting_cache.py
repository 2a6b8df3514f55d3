"""The rows of all settings, kept in each process and never stale (docs/adr/0011).

A trigger gives the table a new, random version with every change, in the transaction of the change. Whoever looks a
setting up asks for the version; only when it is not the one that this process keeps do the rows come with it, in the
same statement and therefore of the same moment. A version that was rolled back is never seen again, so what a
transaction has read of its own uncommitted changes can be kept under it and reaches nobody else.

Within ``one_look()`` – a request, a job – the question is asked once. After a change of its own it asks every time:
the change may still be rolled back.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse

Address = tuple[str, str, int]  # key, scope, id in the scope
Rows = Mapping[Address, object]

# No row of the version: the table was emptied by force, and nothing can be said of what is kept.
ASK = """
    SELECT version.token, CASE WHEN version.token IS NULL OR version.token IS DISTINCT FROM %s::uuid THEN (
        SELECT coalesce(json_agg(json_build_array(key, scope, scope_id, value)), '[]')::text FROM core_systemsetting
    ) END
    FROM (SELECT (SELECT token FROM core_settingsversion) AS token) version
"""


@dataclass(frozen=True)
class _Kept:
    token: UUID | None
    rows: Rows


@dataclass
class _Look:
    """What a request or a job has seen."""

    rows: Rows | None = None
    has_written: bool = False


_process = _Kept(None, {})
_look: ContextVar[_Look | None] = ContextVar("settings_look", default=None)


def rows() -> Rows:
    """All rows, by key, scope and id: as committed, and with the present transaction's own changes."""
    look = _look.get()
    if look is not None and look.rows is not None:
        return look.rows
    found = _ask()
    if look is not None and not look.has_written:
        look.rows = found
    return found


def _ask() -> Rows:
    global _process  # noqa: PLW0603  # one reference, replaced whole: threads see the old or the new
    kept = _process
    with connection.cursor() as cursor:
        cursor.execute(ASK, [kept.token])
        token, text = cursor.fetchone()
    if text is None:
        return kept.rows
    fresh = {(key, scope, scope_id): value for key, scope, scope_id, value in json.loads(text)}
    _process = _Kept(token, fresh)
    return fresh


def forget() -> None:
    """This request or job has changed a setting: from now on it asks each time. Called by the model."""
    look = _look.get()
    if look is not None:
        look.rows, look.has_written = None, True


def look_again() -> None:
    """What this request has seen may be older than what it is about to read: the next lookup asks again."""
    look = _look.get()
    if look is not None:
        look.rows = None


@contextmanager
def one_look() -> Iterator[None]:
    """All lookups inside share one question; a look within a look is part of it."""
    if _look.get() is not None:
        yield
        return
    outside = _look.set(_Look())
    try:
        yield
    finally:
        _look.reset(outside)


class OneLookMiddleware:
    """Each request looks once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within one look."""
        with one_look():
            return self.get_response(request)
