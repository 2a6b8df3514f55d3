"""Django's ``migrate`` that never makes the site wait: it gives a lock up soon, lets others pass, tries again (D33).

A change of a table waits for whoever reads it, and everybody who comes later waits behind it. With a short
``lock_timeout`` nobody waits longer than that; each migration is a transaction, so a try that failed has done nothing.
Those that make indexes beside the work of others are none: what they left is removed before the next try (I4).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from realestate.core.db.conflicts import sqlstate

LOCK_NOT_AVAILABLE = "55P03"
THERE = """
    SELECT relname FROM pg_class
    WHERE relkind = 'i' AND relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
"""
LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


class Command(migrate.Command):
    """The same with two more options."""

    def add_arguments(self, parser: CommandParser) -> None:
        """How long to wait for a lock, and how often to try."""
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout", type=int, default=2000, metavar="MS", help="default: 2000"
        )
        parser.add_argument(
            "--tries", type=int, default=20, metavar="N", help="for a lock; default: 20"
        )
        parser.add_argument(
            "--pause", type=float, default=2.0, metavar="S", help="between tries; default: 2"
        )

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Raises OperationalError when a lock could not be had in any of the tries."""
        connection = connections[options["database"]]
        for number in range(1, options["tries"] + 1):
            with limits(connection, lock_timeout=options["lock_timeout"]):
                try:
                    if not (options["plan"] or options["check_unapplied"] or options["fake"]):
                        drop_left_over(connection)
                    return super().handle(*args, **options)
                except OperationalError as error:
                    if sqlstate(error) != LOCK_NOT_AVAILABLE or number == options["tries"]:
                        raise
            self.stderr.write(
                f"A table is in use; waiting {options['pause']} s, then try {number + 1}."
            )
            time.sleep(options["pause"])
        return None


def drop_left_over(connection: BaseDatabaseWrapper) -> None:
    """Drop indexes of migrations that were killed, or gave up, before their end: nobody could make these again."""
    loader = MigrationLoader(connection)
    names = [
        operation.index.name
        for key, migration in loader.disk_migrations.items()
        if key not in loader.applied_migrations and not migration.atomic
        for operation in migration.operations
        if isinstance(operation, AddIndexConcurrently)
    ]
    with connection.cursor() as cursor:
        cursor.execute(THERE, [names])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY {connection.ops.quote_name(name)}")


@contextmanager
def limits(connection: BaseDatabaseWrapper, *, lock_timeout: int) -> Iterator[None]:
    """A short wait for locks (ms) and, for what takes long by its nature, no other limit; then those of before."""
    with connection.cursor() as cursor:
        for name, value in zip(LIMITS, (lock_timeout, 0, 0), strict=True):
            cursor.execute(f"SET {name} = {value:d}")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                for name in LIMITS:
                    cursor.execute(f"RESET {name}")
