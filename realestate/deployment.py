"""What must be so where real people's money is: ``manage.py check --deploy --database default`` looks at it.

Settings cannot know what a server does with what it is given, so the database itself is asked, as the role and with
the limits that web requests have.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

# Longest allowed times, in ms (F9): none of these may be 0, which is no limit.
LIMITS = {
    "statement_timeout": 10_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 15_000,
}
SAFE = ("fsync", "full_page_writes", "data_checksums")
# MEMBER, not USAGE: a role that inherits nothing may still become the other one with SET ROLE.
ROLE = "SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE pg_has_role(oid, 'MEMBER')"
OWNS = (
    "SELECT EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    " AND pg_has_role(relowner, 'MEMBER'))"
)
VALUES = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


def check_database(
    *, databases: Sequence[str] | None = None, **_others: Any
) -> list[checks.CheckMessage]:
    """Messages on each database that is named: durability, the role, limits."""
    return [message for alias in databases or () for message in looked_at(alias)]


def looked_at(alias: str) -> Iterator[checks.CheckMessage]:
    """What is wrong with one database."""
    names = [*SAFE, "synchronous_commit", *LIMITS]
    with connections[alias].cursor() as cursor:
        cursor.execute(VALUES, [names])
        found = dict(cursor.fetchall())
        cursor.execute(ROLE)
        (is_almighty,) = cursor.fetchone() or (False,)
        cursor.execute(OWNS)
        (owns_tables,) = cursor.fetchone() or (False,)
    for name in SAFE:
        if found[name] != "on":
            yield checks.Error(
                f"{name} is {found[name]}: a crash of the machine may destroy the database.",
                hint=f"Set {name} = on in postgresql.conf.",
                id="realestate.E001",
            )
    if found["synchronous_commit"] == "off":
        yield checks.Error(
            "synchronous_commit is off: bookings that were acknowledged are lost in a crash.",
            hint="Set synchronous_commit = on, for the server, the database and the role.",
            id="realestate.E002",
        )
    if is_almighty:
        yield checks.Error(
            "The role in DATABASE_URL is a superuser or sees all rows whatever policies say, or may become such one.",
            hint="Make two roles, one that owns the database and one that serves: docs/backup.md#two-roles",
            id="realestate.E003",
        )
    if owns_tables:
        yield checks.Warning(
            "The role in DATABASE_URL owns tables, or may become their owner, who can switch off their triggers.",
            hint="Let another role own and migrate, and grant this one its rights: docs/backup.md#two-roles",
            id="realestate.W002",
        )
    for name, most in LIMITS.items():
        if not 0 < int(found[name]) <= most:
            yield checks.Warning(
                f"{name} is {found[name]} ms; web requests need a limit of at most {most}.",
                hint="Leave the DB_..._TIMEOUT variables unset, and use a pooler that passes options on.",
                id="realestate.W001",
            )


def refuse_superuser() -> None:
    """A web server does not start as a role that no constraint holds back. Raises ImproperlyConfigured.

    A database that does not answer yet is no reason: it will be asked for by the first request.
    """
    database = connections["default"]
    try:
        with database.cursor() as cursor:
            cursor.execute(ROLE)
            row = cursor.fetchone()
    except OperationalError:
        return
    finally:
        database.close()
    if row and row[0]:
        message = (
            "DATABASE_URL names a superuser of PostgreSQL, or who may become one. Make two roles, one that owns the"
            " database and migrates, and one that serves, owns nothing and stands there: docs/backup.md#two-roles"
        )
        raise ImproperlyConfigured(message)
