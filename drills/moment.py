"""Where and when a run of the suite believes to be: a plugin of pytest and, as a file of tests, the proof.

``DRILL_ZONE`` names the zone of the machine, ``DRILL_SHIFT`` by how many seconds its clock is moved, ``DRILL_MOMENT``
when the run began on it; they come from drills/clocks.py.
"""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from time_machine import travel

LONGEST = 7200.0  # seconds that a run may take until it asks


def pytest_sessionstart() -> None:
    """Before any test, in each worker; a zone with the moment also becomes that of the process, not Django's UTC.

    Tests that set the clock themselves come back to this one. It is not libfaketime as in the database: that cannot
    sleep until a moment of the other clock, as Python does.
    """
    moved = datetime.now(UTC) + timedelta(seconds=float(os.environ["DRILL_SHIFT"]))
    travel(moved.astimezone(ZoneInfo(os.environ["DRILL_ZONE"]))).start()


def begun() -> datetime:
    """The moment to which the machine's clock was moved."""
    return datetime.fromisoformat(os.environ["DRILL_MOMENT"])


def test_I12_this_process_lives_at_that_moment() -> None:
    since = (datetime.now(UTC) - begun()).total_seconds()
    assert -1 < since < LONGEST


def test_I12_this_process_lives_in_that_zone() -> None:
    here = datetime.now(UTC).astimezone()
    assert here.utcoffset() == here.astimezone(ZoneInfo(os.environ["DRILL_ZONE"])).utcoffset()


def test_I12_the_database_lives_at_that_moment_and_in_that_zone() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        row = database.execute("SELECT now(), current_setting('timezone')").fetchone()
    assert row is not None
    assert -1 < (row[0] - begun()).total_seconds() < LONGEST
    assert row[1] == os.environ["DRILL_ZONE"]
