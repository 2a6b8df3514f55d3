"""Where and when a run of the suite believes to be: a plugin of pytest and, as a file of tests, the proof.

``DRILL_ZONE`` names the zone of the machine, ``DRILL_MOMENT`` when the run began; both come from drills/clocks.py.
"""

import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg

LONGEST = 7200.0  # seconds that a run may take until it asks


def pytest_sessionstart() -> None:
    """Django makes each of its processes one of UTC; here it is not helped by that."""
    os.environ["TZ"] = os.environ["DRILL_ZONE"]
    time.tzset()


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
