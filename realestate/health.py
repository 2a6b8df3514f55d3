"""``/``, ``/health`` and ``/health/ready``: for people who look around, and for machines that watch over ours."""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from realestate import __version__
from realestate.core.fence import FENCED

DEADLINE = 1.0  # seconds for all checks together
OK = "ok"
UNREACHABLE = "unreachable"
_lookouts = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health")

Check = Callable[["psycopg.Connection[Any]"], str]


@never_cache
@require_safe
def root(_request: HttpRequest) -> JsonResponse:
    """Where to go from here."""
    return JsonResponse(
        {
            "message": "Real estate platform API",
            "version": __version__,
            "docs": f"{settings.PUBLIC_URL}/api/docs",
            "redoc": f"{settings.PUBLIC_URL}/api/redoc",
            "health": f"{settings.PUBLIC_URL}/health",
        },
    )


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers. Touches nothing else: a slow database is no reason to kill it."""
    return JsonResponse({"status": OK, "version": __version__})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether requests can be served now: 200, or 503 with what is amiss. A fenced copy serves, in silence."""
    checks = run_checks()
    good = all(result in {OK, FENCED} for result in checks.values())
    return JsonResponse(
        {"status": OK if good else "unavailable", "checks": checks}, status=200 if good else 503
    )


def run_checks() -> dict[str, str]:
    """Each check's result, within the deadline, on a connection that nothing else waits for."""
    known_migrations()  # read once, outside of the deadline
    try:
        return _lookouts.submit(_ask, connection.get_connection_params()).result(timeout=DEADLINE)
    except (TimeoutError, psycopg.Error):
        return dict.fromkeys(CHECKS, UNREACHABLE)


def unapplied_migrations(database: "psycopg.Connection[Any]") -> str:
    """Migrations that this version of the code has and the database has not."""
    applied = {
        (app, name) for app, name in database.execute("SELECT app, name FROM django_migrations")
    }
    missing = [
        migration
        for migration, replaced in known_migrations()
        if not {migration, *replaced} & applied
    ]
    return OK if not missing else f"{len(missing)} not applied"


def queue(database: "psycopg.Connection[Any]") -> str:
    """The queue takes jobs; that a worker runs them is watched where workers are."""
    database.execute("SELECT 1 FROM procrastinate_jobs LIMIT 1")
    return OK


def outgoing(database: "psycopg.Connection[Any]") -> str:
    """Whether jobs run and messages go out: not in a copy that no operator has opened."""
    row = database.execute("SELECT core_is_fenced()").fetchone()
    return FENCED if row and row[0] else OK


def reachable(database: "psycopg.Connection[Any]") -> str:
    """The database answers."""
    database.execute("SELECT 1")
    return OK


CHECKS: dict[str, Check] = {
    "database": reachable,
    "migrations": unapplied_migrations,
    "queue": queue,
    "outgoing": outgoing,
}


def connection_of_its_own(parameters: dict[str, Any]) -> "psycopg.Connection[Any]":
    """For a question that shall not wait long; ``parameters`` as Django has them. Raises psycopg.Error."""
    own = {
        **parameters,
        "connect_timeout": 2,
        "options": f"-c statement_timeout={int(DEADLINE * 1000)}",
    }
    names = ("host", "port", "dbname", "user", "password", "connect_timeout", "options")
    chosen = {key: value for key, value in own.items() if key in names or key.startswith("ssl")}
    return psycopg.connect(**chosen, autocommit=True)


def _ask(parameters: dict[str, Any]) -> dict[str, str]:
    with connection_of_its_own(parameters) as database:
        return {name: _result(check, database) for name, check in CHECKS.items()}


def _result(check: Check, database: "psycopg.Connection[Any]") -> str:
    try:
        return check(database)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction):
        return "not set up"
    except psycopg.Error:
        return "failed"


@functools.cache
def known_migrations() -> tuple[tuple[tuple[str, str], frozenset[tuple[str, str]]], ...]:
    """Each migration on disk with those that it replaces, or that replace it."""
    found = MigrationLoader(None).disk_migrations
    related = {key: set(migration.replaces) for key, migration in found.items()}
    for key, migration in found.items():
        for replaced in migration.replaces:
            related.setdefault(replaced, set()).add(key)
    return tuple((key, frozenset(related[key])) for key in found)
