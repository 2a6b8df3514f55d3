"""Work for all cores: processes, each with a copy of the drill's database that can be what it was at first.

The first lines of a lane run before Django is set up there: nothing here may import a model at the top.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import psycopg

from drills.copies import made, maintenance

LANES = 2  # each keeps a core busy together with the part of the database server that works for it
HASTE = ("fsync", "full_page_writes", "synchronous_commit")  # what these drills promise is not kept


@contextmanager
def lanes(database: str) -> Iterator[ProcessPoolExecutor]:
    """Processes with Django set up over copies of a database, which nobody else may use meanwhile."""
    from django.db import connection

    connection.close()
    hurry(database)
    spawn = get_context("spawn")  # a fork would share open connections
    with ProcessPoolExecutor(LANES, spawn, initializer=enter, initargs=(database,)) as pool:
        yield pool


def hurry(database: str) -> None:
    """Nothing of this server has to survive a crash: it writes without waiting for the disk."""
    with psycopg.connect(maintenance(database), autocommit=True) as admin:
        for name in HASTE:
            admin.execute(f"ALTER SYSTEM SET {name} = off")
        admin.execute("SELECT pg_reload_conf()")


def enter(database: str) -> None:
    """The beginning of a lane: its own copy, and Django over it."""
    os.environ["DATABASE_URL"] = f"{database}_{os.getpid()}"
    os.environ["DRILL_TEMPLATE"] = database.rpartition("/")[2]
    put_back()
    import django

    django.setup()


def own_database() -> str:
    """The address of this lane's copy."""
    return os.environ["DATABASE_URL"]


def put_back() -> float:
    """This lane's database is what it was at first; whoever else had it open has to open it again. Says how long."""
    begun = time.monotonic()
    own, first = own_database().rpartition("/")[2], os.environ["DRILL_TEMPLATE"]
    made(own_database(), own, like=first)
    return time.monotonic() - begun
