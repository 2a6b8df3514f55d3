"""Taking a backup: one snapshot of the database for its dump and its likeness, then the files that its rows name."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.core.files.storage import default_storage

from realestate import __version__
from realestate.core.files.pictures import VARIANTS
from realestate.core.files.storing import STORE_FAILED
from realestate.safekeeping import cipher
from realestate.safekeeping.folder import (
    DUMP,
    EACH,
    FILES,
    FORMAT,
    HEADER,
    MANIFEST,
    PIECE,
    PLAIN_NAME,
    Writer,
    as_json,
)
from realestate.safekeeping.likeness import read_likeness
from realestate.safekeeping.programs import (
    SafekeepingError,
    Where,
    connected,
    disk_free,
    environment,
    major_of,
    our_database,
    program,
)

Tell = Callable[[str], None]


@dataclass
class Taken:
    """A backup that is complete; ``problems`` are files that rows name and the storage has not, or has otherwise."""

    folder: Path
    tables: int = 0
    rows: int = 0
    files: int = 0
    size: int = 0
    problems: list[str] = field(default_factory=list)


def take_backup(*, into: Path, passphrase: str, now: datetime, tell: Tell) -> Taken:
    """Write a backup under a name of its own into a folder, complete or not at all. Raises SafekeepingError."""
    name = f"realestate-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, partial = into / name, into / f"{name}.partial"
    if target.exists() or partial.exists():
        raise SafekeepingError(f"{target} exists already.")
    try:
        partial.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise SafekeepingError(f"{partial} cannot be made: {error.strerror}") from error
    taken = Taken(target)
    try:
        salt = cipher.new_salt()
        writer = Writer(partial, key=cipher.key_of(passphrase, salt) if passphrase else None)
        _fill(writer, taken, salt=salt, now=now, tell=tell)
        _to_disk(partial)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return taken


def _fill(writer: Writer, taken: Taken, *, salt: bytes, now: datetime, tell: Tell) -> None:
    where = our_database()
    with connected(where) as database:
        _refuse_without_room(database, writer.folder)
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        manifest: dict[str, Any] = {
            "platform": __version__,
            "server": database.info.server_version,
            **_of_the_database(database),
        }
        tell("reading every table")
        manifest["database"] = read_likeness(database)
        tell("dumping the database")
        dump = writer.write(DUMP, _dump(where, database))
        paths = _paths(database)
        database.execute("COMMIT")
    manifest["dump"] = (dump.size, dump.content)
    manifest["files"] = _copy_files(writer, paths, taken, tell)
    manifest["problems"] = taken.problems
    writer.write(MANIFEST, [as_json(manifest)])
    writer.write_plain(
        HEADER,
        {
            "format": FORMAT,
            "system": manifest["system"],
            "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "encrypted": {"salt": salt.hex()} if writer.key else None,
        },
    )
    writer.finish()
    taken.tables = len(manifest["database"]["tables"])
    taken.rows = sum(int(rows) for rows, _ in manifest["database"]["tables"].values())
    taken.files = len(manifest["files"])
    taken.size = sum(path.stat().st_size for path in writer.folder.rglob("*") if path.is_file())


def _of_the_database(database: "psycopg.Connection[Any]") -> dict[str, Any]:
    """Which platform, and how far its migrations are. Raises SafekeepingError for a database that is not ours."""
    try:
        system = database.execute("SELECT system::text FROM core_fence").fetchall()
        applied = database.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    except psycopg.errors.UndefinedTable as error:
        raise SafekeepingError("This database is not migrated: manage.py migrate.") from error
    return {"system": system[0][0], "migrations": [list(row) for row in applied.fetchall()]}


def _refuse_without_room(database: "psycopg.Connection[Any]", folder: Path) -> None:
    """A dump is smaller than its database; a full disk would stop more than the backup."""
    row = database.execute("SELECT pg_database_size(current_database())").fetchone()
    if row and disk_free(folder) < row[0]:
        raise SafekeepingError(
            f"{folder.parent} has {disk_free(folder):,} bytes left, the database has {row[0]:,}."
        )


def _dump(where: Where, database: "psycopg.Connection[Any]") -> Iterator[bytes]:
    """What pg_dump writes of the snapshot of an open transaction. Raises SafekeepingError when it fails."""
    row = database.execute("SELECT pg_export_snapshot()").fetchone()
    command = [
        program("pg_dump", major_of(database)),
        *("--format=custom", "--no-password", f"--snapshot={row[0] if row else ''}"),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(where)
    ) as process:
        assert process.stdout  # noqa: S101  # for type checkers: it is a pipe
        assert process.stderr  # noqa: S101  # likewise
        while piece := process.stdout.read(PIECE):
            yield piece
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise SafekeepingError(f"pg_dump failed: {said}")


def _paths(database: "psycopg.Connection[Any]") -> dict[str, str]:
    """Names in the storage with their checksums; of smaller pictures nobody has kept one."""
    rows = database.execute("SELECT path, sha256, width FROM core_storedfile ORDER BY path")
    found: dict[str, str] = {}
    for path, digest, width in rows.fetchall():
        found[path] = digest
        found |= {f"{path}-{variant}": "" for variant in VARIANTS if width is not None}
    return found


def _copy_files(
    writer: Writer, paths: dict[str, str], taken: Taken, tell: Tell
) -> dict[str, tuple[int, str]]:
    copied = {}
    for number, (path, digest) in enumerate(paths.items(), 1):
        if number % EACH == 1:
            tell(f"copying files, {number} of {len(paths)}")
        name = f"{FILES}/{path}"
        if not PLAIN_NAME.fullmatch(path) or ".." in path:
            taken.problems.append(f"{path} is no name of a file")
            continue
        try:
            with default_storage.open(path) as source:
                written = writer.write(name, iter(lambda read=source.read: read(PIECE), b""))  # type: ignore[misc]  # a default binds the present one
        except FileNotFoundError:
            taken.problems.append(f"{path} is missing in the storage")
            continue
        except STORE_FAILED as error:
            raise SafekeepingError(f"The file store does not give {path}: {error}") from error
        if digest and written.content != digest:
            taken.problems.append(f"{path} is not what its row says: its checksum is another")
        copied[name] = (written.size, written.content)
    return copied


def _to_disk(folder: Path) -> None:
    """Everything is on disk before the name says that it is complete."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
