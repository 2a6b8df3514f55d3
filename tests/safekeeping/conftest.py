"""One backup for all tests of a module, and empty databases to restore it into."""

import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from realestate.core.enums import FilePurpose
from realestate.core.files import store_file
from realestate.core.files.pictures import Picture
from realestate.safekeeping.folder import Reader
from realestate.safekeeping.programs import connected, our_database
from realestate.safekeeping.taking import take_backup

PASSPHRASE = "correct horse battery"
MADE = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
_numbers = itertools.count()


def silent(_line: str) -> None:
    """Nobody listens."""


def ours(statement: str) -> None:
    """On the database of the tests."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="session")
def two_backups(
    django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path]]:
    """A plain one and an encrypted one, of a database with two files and a job of a letter."""
    folder = tmp_path_factory.mktemp("backups")
    with django_db_blocker.unblock():
        store_file(
            actor=None, name="terms.pdf", content=b"%PDF-1.4 terms", content_type="application/pdf"
        )
        store_file(
            actor=None,
            name="plan.png",
            content=b"a picture",
            content_type="image/png",
            purpose=FilePurpose.IMAGE,
            picture=Picture(
                content=b"a picture",
                width=9,
                height=9,
                variants={"thumb": b"small", "preview": b"medium"},
            ),
        )
        ours(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
            " VALUES ('default', 'accounts.mail_password_reset', '{\"user_id\": 0}')"
        )
        try:
            plain = take_backup(into=folder / "plain", passphrase="", now=MADE, tell=silent)
            sealed = take_backup(
                into=folder / "sealed", passphrase=PASSPHRASE, now=MADE, tell=silent
            )
        finally:
            ours("TRUNCATE core_storedfile, core_auditentry, core_rowchange CASCADE")
            ours("TRUNCATE procrastinate_events, procrastinate_jobs CASCADE")
    assert (plain.problems, sealed.problems) == ([], [])
    yield plain.folder, sealed.folder
    shutil.rmtree(folder)


@pytest.fixture
def backup(two_backups, tmp_path: Path) -> Path:
    """A copy of the plain one, to be damaged."""
    return shutil.copytree(two_backups[0], tmp_path / two_backups[0].name)


@pytest.fixture
def sealed_backup(two_backups, tmp_path: Path) -> Path:
    """A copy of the encrypted one."""
    return shutil.copytree(two_backups[1], tmp_path / two_backups[1].name)


@pytest.fixture
def empty() -> Iterator[dict[str, str]]:
    """Where an empty database is."""
    where = {**our_database(), "dbname": f"test_copy_{os.getpid()}_{next(_numbers)}"}
    with server() as database:
        database.execute(f"CREATE DATABASE {where['dbname']} TEMPLATE template0")
    try:
        yield where
    finally:
        with server() as database:
            database.execute(f"DROP DATABASE {where['dbname']} WITH (FORCE)")


def server() -> "psycopg.Connection[tuple]":
    """Of the tests' server, where databases are made."""
    return connected({**our_database(), "dbname": "postgres"})


def reader(folder: Path, passphrase: str = "") -> Reader:
    """Of a backup."""
    return Reader(folder, passphrase=passphrase)


def flip(path: Path, at: int = -3) -> None:
    """Change one byte of a file."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))
