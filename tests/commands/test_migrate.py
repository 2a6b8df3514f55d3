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
}
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
    return {(table, column) for table, column in rows if table not in NOT_KEPT}


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
    for app, number in RELEASE.items():
        manage(copy, "migrate", app, number, "--verbosity", "0")
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
    manage(copy, "check_integrity")  # fails when anything does not add up


@pytest.fixture
def busy(transactional_db):
    """Somebody reads the queue for so many seconds, and others come and read it meanwhile."""
    ready, waits = threading.Event(), []

    def holds(seconds):
        with connected(our_database()) as database:
            database.execute("BEGIN")
            database.execute(READER)
            ready.set()
            time.sleep(seconds)
            database.execute("COMMIT")

    def comes(seconds):
        end = time.monotonic() + seconds
        with connected(our_database()) as database:
            while time.monotonic() < end:
                begin = time.monotonic()
                database.execute(READER)
                waits.append(time.monotonic() - begin)
                time.sleep(0.02)

    def both(seconds):
        threads = [threading.Thread(target=run, args=(seconds,)) for run in (holds, comes)]
        for thread in threads:
            thread.start()
        ready.wait(10)
        return threads

    return both, waits


def migrated(*, lock_timeout: int, tries: int = 50) -> str:
    """Back and forward over the migration that changes the queue's triggers."""
    said = StringIO()
    more = {"lock_timeout": lock_timeout, "tries": tries, "pause": 0.1, "verbosity": 0}
    try:
        call_command("migrate", "core", "0012", stderr=said, **more)
    finally:
        call_command("migrate", "core", stderr=StringIO(), verbosity=0)
    return said.getvalue()


def test_I2_a_migration_lets_others_pass_and_tries_again(busy):
    both, waits = busy
    threads = both(2.5)
    said = migrated(lock_timeout=200)
    for thread in threads:
        thread.join()
    assert "A table is in use" in said
    assert max(waits) < 1.5
    assert Fence.objects.count() == 1


def test_I2_control_without_a_time_limit_everybody_waits(busy):
    both, waits = busy
    threads = both(2.5)
    assert migrated(lock_timeout=0) == ""
    for thread in threads:
        thread.join()
    assert max(waits) > 1.5


def test_I2_it_gives_up_in_the_end_and_has_done_nothing(busy):
    both, _waits = busy
    threads = both(1.5)
    with pytest.raises(OperationalError, match="lock timeout"):
        migrated(lock_timeout=50, tries=2)
    for thread in threads:
        thread.join()
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
