"""I1, I2: migrations go back and forward over real rows, and wait for nobody in the way of others."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from realestate.core.models import Fence
from realestate.safekeeping.programs import connected, our_database
from tests.safekeeping.conftest import server

# The first release: what stood before lists, imports, teams, the record of changes and kept answers.
RELEASE = {
    "accounts": "0001",
    "projects": "0004",
    "progress": "0006",
    "bookings": "0006",
    "payments": "0007",
    "scheduling": "0003",
    "messaging": "0003",
    "notifications": "0005",
    "core": "0004",
}
# Columns whose content the way back cannot keep, with the reason.
NOT_KEPT = {
    "core_ratecounter": "counts of a minute are forgotten when their table changes",
    "django_migrations": "it says when",
    "scheduling_appointment.host_id": "a user in the first release, a row of hosts since",
}
# All apps in one go: the ways of several cross.
BACK = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
names = [(app, executor.loader.get_migration_by_prefix(app, number).name) for app, number in {release}.items()]
executor.migrate(names)
"""
READER = "SELECT count(*) FROM procrastinate_jobs"


def manage(where: dict[str, str], *arguments: str) -> str:
    """A command on another database."""
    url = f"postgresql://{where['user']}@{where['host'].replace('/', '%2F')}:{where['port']}/{where['dbname']}"
    told = {
        "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
        "ENV_FILE": "",
        "DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **told, "VAR_DIR": str(settings.MEDIA_ROOT), "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copy(transactional_db) -> Iterator[dict[str, str]]:
    """A copy of the tests' own database, which has all migrations."""
    where = {**our_database(), "dbname": f"test_there_and_back_{os.getpid()}"}
    template = connection.settings_dict["NAME"]
    connection.close()
    with server() as database:
        database.execute(f"CREATE DATABASE {where['dbname']} TEMPLATE {template}")
    yield where
    with server() as database:
        database.execute(f"DROP DATABASE {where['dbname']} WITH (FORCE)")


def columns(database: "psycopg.Connection") -> set[tuple[str, str]]:
    rows = database.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    return {(of, name) for of, name in rows if not {of, f"{of}.{name}"} & set(NOT_KEPT)}


def contents(database: "psycopg.Connection", kept: set[tuple[str, str]]) -> dict[str, tuple]:
    """Rows and a checksum of the kept columns of each table."""
    found = {}
    for table in sorted({name for name, _ in kept}):
        names = ", ".join(f't."{name}"' for of, name in sorted(kept) if of == table)
        digest = f"('x' || left(md5(ROW({names})::text), 16))::bit(64)::bigint::numeric"
        query = f"SELECT count(*), sum({digest}) FROM {table} t"  # noqa: S608  # names of our own tables
        found[table] = database.execute(query).fetchone()
    return found


@pytest.mark.slow
def test_I1_back_to_the_first_release_and_forward_again_with_rows_of_everything(copy):
    manage(copy, "seed_demo")
    with connected(copy) as database:
        newest = columns(database)
        before = contents(database, newest)
    manage(copy, "shell", "--verbosity", "0", "-c", BACK.format(release=RELEASE))
    with connected(copy) as database:
        kept = columns(database) & newest
        released = contents(database, kept)
    manage(copy, "migrate", "--verbosity", "0")
    with connected(copy) as database:
        again = contents(database, kept)
        assert columns(database) == newest
    assert {table for table in again if again[table] != released[table]} == set()
    assert sum(rows for rows, _ in before.values()) > 5000
    assert {table for table in again if again[table][0] != before[table][0]} == set()


class Busy:
    """Somebody reads the queue, and goes on reading for so long after a migration has begun to wait; others come."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.waits = seconds, [0.0]
        self._reads, self._over = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=run) for run in (self._hold, self._come)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        assert self._reads.wait(30)
        return self

    def __exit__(self, *_error) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _hold(self) -> None:
        waiting = (
            "SELECT 1 FROM pg_locks WHERE relation = 'procrastinate_jobs'::regclass AND NOT granted"
            " AND mode = 'AccessExclusiveLock'"
        )
        with connected(our_database()) as reader, connected(our_database()) as watch:
            reader.execute("BEGIN")
            reader.execute(READER)
            self._reads.set()
            while not self._over.wait(0.01) and watch.execute(waiting).fetchone() is None:
                pass
            self._over.wait(self.seconds)
            reader.execute("COMMIT")

    def _come(self) -> None:
        with connected(our_database()) as database:
            while not self._over.wait(0.02):
                begin = time.monotonic()
                database.execute(READER)
                self.waits.append(time.monotonic() - begin)


def migrated(*, lock_timeout: int, tries: int = 100) -> str:
    """Back over the migration that changes the queue's triggers; returns what it said."""
    said = StringIO()
    more = {"lock_timeout": lock_timeout, "tries": tries, "pause": 0.1, "verbosity": 0}
    call_command("migrate", "core", "0012", stderr=said, **more)
    return said.getvalue()


@pytest.fixture
def forward_again(transactional_db) -> Iterator[None]:
    """What a test has taken back is there again after it."""
    yield
    call_command("migrate", "core", stderr=StringIO(), verbosity=0)
    assert Fence.objects.count() == 1


@pytest.mark.usefixtures("forward_again")
def test_I2_a_migration_lets_others_pass_and_tries_again():
    with Busy(2.5) as busy:
        said = migrated(lock_timeout=200)
    assert "A table is in use" in said
    assert max(busy.waits) < 1.5


@pytest.mark.usefixtures("forward_again")
def test_I2_control_without_a_time_limit_everybody_waits():
    with Busy(2.5) as busy:
        assert migrated(lock_timeout=0) == ""
    assert max(busy.waits) > 2.0


@pytest.mark.usefixtures("forward_again")
def test_I2_it_gives_up_in_the_end_and_has_done_nothing():
    with Busy(600), pytest.raises(OperationalError, match="lock timeout"):
        migrated(lock_timeout=50, tries=2)
    assert Fence.objects.count() == 1


def test_the_sessions_own_limits_are_back_afterwards(transactional_db):
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        found = {}
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {
        "lock_timeout": "3s",
        "statement_timeout": "10s",
        "idle_in_transaction_session_timeout": "15s",
    }


def test_I4_an_index_that_a_killed_migration_left_is_in_nobodys_way(transactional_db):
    index = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('conversation_newest')"
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name = '0006_conversations_by_newest' RETURNING app"
        )
        assert cursor.fetchall() == [("messaging",)]
        call_command("migrate", plan=True, verbosity=0, stdout=StringIO())
        cursor.execute(index)
        assert cursor.fetchall() == [(True,)]  # who only asks changes nothing
        call_command("migrate", verbosity=0)
        cursor.execute(index)
        assert cursor.fetchall() == [(True,)]
        cursor.execute(
            "SELECT app FROM django_migrations WHERE name = '0006_conversations_by_newest'"
        )
        assert cursor.fetchall() == [("messaging",)]
