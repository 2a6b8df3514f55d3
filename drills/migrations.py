"""A migration is killed in the middle, again and again, and then run to its end (I4)."""

import os
import random
import signal
import subprocess
import sys
import time

import psycopg

from drills.report import Promise, progress

KILLS, QUICK_KILLS = 10, 4
COMMAND = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
STARTED = 1.5  # seconds until the first statement
AS_IN_ONE_GO = "the same columns, indexes, constraints, triggers and functions, none invalid"
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
UNCHECKED = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"
# What there is: columns, indexes, constraints, triggers and functions of our own.
SHAPE = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def run(database: str, *, quick: bool) -> list[Promise]:
    """From an empty database, over and over, until it has been killed often enough."""
    copy = database.rpartition("/")[0] + "/migrated"
    expected, kills, completed = shape(database), 0, 0
    wanted = QUICK_KILLS if quick else KILLS
    chance = random.Random(4)  # noqa: S311  # the same moments in every run; no secret
    broken: list[str] = []
    while kills < wanted:
        create(database, "migrated")
        while kills < wanted and killed(copy, STARTED + chance.uniform(0, 5)):
            kills += 1
            progress(f"I4: killed {kills} of {wanted} times")
        last = subprocess.run(COMMAND, env=environment(copy), capture_output=True, check=False)
        completed += last.returncode == 0
        if last.returncode:
            broken.append(last.stderr.decode().strip().splitlines()[-1])
        else:
            broken += differences(copy, expected)
    return [
        Promise(
            id="I4",
            what=f"migrate is killed {kills} times in the middle and run again: as if nothing had happened",
            figure=f"{completed} times run to its end after a kill; {'; '.join(broken) or AS_IN_ONE_GO}",
            holds=not broken and completed > 0,
        )
    ]


def environment(address: str) -> dict[str, str]:
    """Of manage.py over that database."""
    return {**os.environ, "DATABASE_URL": address}


def create(database: str, name: str) -> None:
    """An empty one."""
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')


def killed(address: str, after: float) -> bool:
    """Whether it had not come to its end by then."""
    process = subprocess.Popen(
        COMMAND, env=environment(address), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        # The pause that there is before anybody starts it again, in which the server notices that its client is gone.
        # It waits for no sign, because who starts it again has none.
        time.sleep(0.5)
        return True
    return False


def shape(address: str) -> set[tuple[str, str]]:
    """Everything that migrations make."""
    with psycopg.connect(address) as reader:
        return set(reader.execute(SHAPE).fetchall())


def differences(address: str, expected: set[tuple[str, str]]) -> list[str]:
    """What is not as in a database that was migrated in one go."""
    found = shape(address)
    said = [f"{len(found ^ expected)} things differ"] * (found != expected)
    with psycopg.connect(address) as reader:
        for what, statement in (("invalid indexes", INVALID), ("unchecked constraints", UNCHECKED)):
            row = reader.execute(statement).fetchone()
            said += [f"{row[0]} {what}"] * bool(row and row[0])
    return said
