"""Two generations of code over one schema, as during every upgrade and every way back (I3).

The base is ``AGAINST`` (a tag, a branch or a commit), else the newest tag, else the commit before the last one that
added a migration. It runs in the environment of today, from a worktree that does not stay.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from benchmarks.servers import ROOT
from drills.copies import made
from drills.reading import Seen, read_everything
from drills.report import Promise, progress
from drills.suites import Outcome, run_tests, told

QUICK = ("bookings", "projects")
# They drive a browser, measure time, or read code and files of the checkout: none of it says anything of a schema. The
# last restores backups, and refuses, as it shall, one with migrations that it does not know.
WITHOUT = ("browser", "performance", "house", "deploy", "benchmarks", "safekeeping")
MIGRATIONS = "*/migrations/0*.py"
# Settings of the old tests, but for the name of a database that is there already. Between two tests they empty the
# tables that they know; newer ones that point at these are emptied too.
SETTINGS = """
from django.db.backends.postgresql.operations import DatabaseOperations
from realestate.settings.test import *
DATABASES["default"]["TEST"] = {"NAME": "newer"}
sql_flush = DatabaseOperations.sql_flush
DatabaseOperations.sql_flush = lambda *words, **more: sql_flush(*words, **more | {"allow_cascade": True})
"""
WORKERS = ("gw0", "gw1")  # as pytest-xdist names them, and pytest-django their databases
OPEN = (
    "UPDATE core_fence SET opened_for = core_this_database()"  # a copy keeps silent until then (I7)
)
BREAK = "ALTER TABLE projects_project RENAME COLUMN project_name TO called"


def run(database: str, *, quick: bool) -> list[Promise]:
    """Old tests on the new schema, new reads on the old one; each again on a schema that does not fit."""
    with tempfile.TemporaryDirectory() as folder, checked_out(base(), Path(folder) / "old") as old:
        name, news = described(old), added_since(old)
        found = [old_tests(database, old, name, news, quick=quick)]
        found.append(control_of_tests(database, old))
        found += new_reads(database, old, name)
    return found


def base() -> str:
    """The commit that stands for the previous release."""
    if given := os.environ.get("AGAINST"):
        return given
    if tags := git("tag", "--sort=-creatordate", "--merged", "HEAD"):
        return tags[0]
    newest = git("log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    return f"{newest[0]}^"


def git(*words: str, where: Path = ROOT) -> list[str]:
    """What it says, line by line. Raises CalledProcessError."""
    command = ["git", *words]
    said = subprocess.run(command, cwd=where, check=True, capture_output=True, text=True)
    return said.stdout.split("\n")[:-1]


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """That commit's files."""
    git("worktree", "add", "--detach", "--quiet", str(folder), commit)
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


def described(old: Path) -> str:
    """The commit in short, with its day and its subject."""
    return git("log", "-1", "--format=%h of %as (%s)", where=old)[0]


def added_since(old: Path) -> list[str]:
    """Migrations that the old code has not. Raises SystemExit when there is none: nothing would be shown."""
    commit = git("rev-parse", "HEAD", where=old)[0]
    found = git("diff", "--name-only", "--diff-filter=A", commit, "HEAD", "--", MIGRATIONS)
    if not found:
        raise SystemExit(f"{commit[:8]} has the same migrations; name an older one with AGAINST.")
    return found


def old_tests(database: str, old: Path, name: str, news: Sequence[str], *, quick: bool) -> Promise:
    """The tests of the base, over databases that have today's migrations."""
    folders = sorted(path.name for path in (old / "tests").iterdir() if any(path.glob("test_*.py")))
    chosen = QUICK if quick else [each for each in folders if each not in WITHOUT]
    progress(f"I3: tests of {name}: {', '.join(chosen)}")
    found = over_new_schema(database, old, [f"tests/{each}" for each in chosen])
    return Promise(
        id="I3",
        what=f"tests of {name} ({', '.join(chosen)}) on a schema with {len(news)} newer migrations",
        figure=f"{found.figure}{told(found.bad)}",
        holds=bool(found.of) and not found.bad,
    )


def control_of_tests(database: str, old: Path) -> Promise:
    """A column under another name: the old tests must notice."""
    progress("I3: control, with a column under another name")
    found = over_new_schema(database, old, ["tests/projects"], broken=BREAK)
    return Promise(
        id="I3",
        what="control: the same over a schema in which a column has another name",
        figure=found.figure,
        holds=bool(found.bad),
    )


def over_new_schema(database: str, old: Path, chosen: Sequence[str], broken: str = "") -> Outcome:
    """Each worker of pytest has a copy of the migrated database, and keeps it as it is."""
    connection.close()  # one cannot copy what is in use
    for worker in WORKERS:
        copy = made(database, f"newer_{worker}", like=connection.settings_dict["NAME"])
        with psycopg.connect(copy, autocommit=True) as admin:
            admin.execute(OPEN)
            if broken:
                admin.execute(broken)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "settings_of_a_drill.py").write_text(SETTINGS)
        more = {"PYTHONPATH": folder, "DATABASE_URL": database, "VAR_DIR": os.environ["VAR_DIR"]}
        reuse = ("--ds=settings_of_a_drill", "--reuse-db")
        return run_tests(chosen, *reuse, more=more, where=old)


def new_reads(database: str, old: Path, name: str) -> list[Promise]:
    """Today's web server over a database that the base has migrated and filled."""
    older = made(database, "older")
    for command in ("migrate", "seed_demo"):
        progress(f"I3: {command} of {name}")
        environment = {**os.environ, "DATABASE_URL": older}
        words = [sys.executable, "manage.py", command, "--verbosity", "0"]
        subprocess.run(words, cwd=old, env=environment, check=True, stdout=subprocess.DEVNULL)
    progress("I3: today's code reads")
    found = read_everything(older)
    with psycopg.connect(older, autocommit=True) as admin:
        admin.execute(BREAK)
    return [
        reads(f"reads of today's code over the schema and the demo of {name}", found),
        control_of_reads(read_everything(older)),
    ]


def reads(what: str, found: Seen) -> Promise:
    """Whether none of them failed, and enough of them showed something."""
    return Promise(
        id="I3",
        what=what,
        figure=f"{found.figure}{told(found.failed)}",
        holds=bool(found.shown) and not found.failed,
    )


def control_of_reads(found: Seen) -> Promise:
    """A column under another name must be noticed here too."""
    return Promise(
        id="I3",
        what="control: the same reads over a schema in which a column has another name",
        figure=found.figure,
        holds=bool(found.failed),
    )
