"""Putting a backup into an empty database: proved first, in one transaction, fenced from its first moment, compared."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from subprocess import DEVNULL, PIPE, Popen
from tempfile import SpooledTemporaryFile, TemporaryFile
from threading import Thread
from typing import IO, Any

import psycopg
from django.core.files.base import File
from django.core.files.storage import Storage

from realestate.core.files.storing import STORE_FAILED
from realestate.health import known_migrations
from realestate.safekeeping.folder import DUMP, EACH, FILES, PIECE, Reader
from realestate.safekeeping.likeness import (
    Difference,
    compare,
    is_empty,
    read_likeness,
    roles_named,
)
from realestate.safekeeping.programs import (
    SafekeepingError,
    Where,
    connected,
    environment,
    major_of,
    program,
)

Tell = Callable[[str], None]
# In the transaction of the restore: there is no moment in which a worker could find jobs in an open copy.
CLOSE = b"""
UPDATE public.core_fence SET opened_for = '', reason = 'Restored from a backup.', changed_at = now();
COMMIT;
"""


@dataclass
class Restored:
    """What was put back, and what of it is not as it was."""

    likeness: Mapping[str, Any]
    differences: list[Difference] = field(default_factory=list)
    files: int = 0
    kept_files: int = 0
    migrations_to_come: int = 0


def restore_backup(
    reader: Reader, *, into: Where, files: Storage | None, tell: Tell = lambda _line: None
) -> Restored:
    """Restore the database, and the files unless there is nowhere to put them. Raises SafekeepingError.

    Everything that can be refused is refused before anything is written; a database that fails on the way stays empty.
    """
    manifest = reader.prove(tell)
    with connected(into) as database:
        _refuse_newer(manifest)
        if not is_empty(database):
            raise SafekeepingError(
                "The database is not empty. A backup goes only into an empty one: createdb makes one."
            )
        _refuse_unknown_roles(database, manifest["database"])
        _refuse_other_major(database, manifest["server"])
        stored = _already_there(reader, manifest["files"], files) if files else set()
        tell("restoring the database")
        _put_back(reader, into, major_of(database))
        database.execute("ANALYZE")
        restored = Restored(manifest["database"], migrations_to_come=_to_come(manifest))
        for number, name in enumerate(sorted(set(manifest["files"]) - stored), 1):
            if number % EACH == 1:
                tell(f"restoring files, {number} of {len(manifest['files'])}")
            _put_file(reader, name, files)
        restored.files, restored.kept_files = len(manifest["files"]) * bool(files), len(stored)
        tell("comparing every table")
        restored.differences = compare(manifest["database"], read_likeness(database))
        restored.differences += [
            Difference(what="file", name=name, was=digest, found=_sum_of(name, files))
            for name, (_size, digest) in manifest["files"].items()
            if files and _sum_of(name, files) != digest
        ]
    return restored


def _refuse_newer(manifest: Mapping[str, Any]) -> None:
    known = {name for migration, related in known_migrations() for name in (migration, *related)}
    newer = [".".join(name) for name in manifest["migrations"] if tuple(name) not in known]
    if newer:
        raise SafekeepingError(
            f"The backup was made by a newer version of the platform (its migration {newer[0]} is not known here)."
        )


def _to_come(manifest: Mapping[str, Any]) -> int:
    applied = {tuple(name) for name in manifest["migrations"]}
    return sum(not {migration, *replaced} & applied for migration, replaced in known_migrations())


def _refuse_unknown_roles(database: "psycopg.Connection[Any]", likeness: Mapping[str, Any]) -> None:
    known = {row[0] for row in database.execute("SELECT rolname FROM pg_roles").fetchall()}
    if missing := roles_named(likeness) - known:
        raise SafekeepingError(
            f"Rights were granted to {', '.join(sorted(missing))}; make the role first: CREATE ROLE …"
        )


def _refuse_other_major(database: "psycopg.Connection[Any]", server: int) -> None:
    if major_of(database) < server // 10_000:
        raise SafekeepingError(
            f"The backup is of PostgreSQL {server // 10_000}, this server is older: {major_of(database)}."
        )


def _put_back(reader: Reader, into: Where, major: int) -> None:
    """``pg_restore`` writes statements, ``psql`` carries them out; ours come last, before COMMIT."""
    write = [program("pg_restore", major), "--file=-", "--no-owner", "--exit-on-error"]
    run = [program("psql", major), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    with TemporaryFile() as said:
        writing = Popen(write, stdin=PIPE, stdout=PIPE, stderr=said)
        running = Popen(run, stdin=PIPE, stdout=DEVNULL, stderr=said, env=environment(into))
        feeding = Thread(target=_feed, args=(writing.stdin, reader.read(DUMP)))
        feeding.start()
        is_whole = _pour(writing, running)
        feeding.join()
        is_done = running.wait() == 0 and is_whole
        said.seek(0)
        words = said.read().decode(errors="replace").strip()
    if not is_done:
        raise SafekeepingError(f"The database could not be restored, and is empty: {words[-1000:]}")


def _feed(into: "IO[bytes] | None", pieces: Iterator[bytes]) -> None:
    """The archive to a program that may end before it has read everything."""
    with suppress(BrokenPipeError), closing(into or BytesIO()) as target:
        for piece in pieces:
            target.write(piece)


def _pour(writing: "Popen[bytes]", running: "Popen[bytes]") -> bool:
    """From one program to the other, in one transaction; without COMMIT, so undone, unless the first has done well."""
    source, target = writing.stdout or BytesIO(), running.stdin or BytesIO()
    try:
        with source, target:
            target.write(b"BEGIN;\n")
            while piece := source.read(PIECE):
                target.write(piece)
            if writing.wait() == 0:
                target.write(CLOSE)
    except BrokenPipeError:  # the second has met an error and said so
        pass
    return writing.wait() == 0


def _already_there(reader: Reader, names: Iterable[str], files: Storage) -> set[str]:
    """Files that the storage has, byte for byte. Raises SafekeepingError for one that is another."""
    same = set()
    try:
        for name in names:
            if files.exists(_stored(name)):
                if _sum_of(name, files) != _digest(reader.read(name)):
                    raise SafekeepingError(
                        f"The file store has another file under the name {_stored(name)}."
                    )
                same.add(name)
    except STORE_FAILED as error:
        raise SafekeepingError(f"The file store does not answer: {error}") from error
    return same


def _put_file(reader: Reader, name: str, files: Storage | None) -> None:
    if files is None:
        return
    with SpooledTemporaryFile(max_size=PIECE * 4) as content:
        for piece in reader.read(name):
            content.write(piece)
        content.seek(0)
        try:
            files.save(_stored(name), File(content))
        except (OSError, *STORE_FAILED) as error:
            raise SafekeepingError(
                f"The database is restored, the file {_stored(name)} cannot be: {error}"
            ) from error


def _sum_of(name: str, files: Storage) -> str:
    try:
        with files.open(_stored(name)) as source:
            return _digest(iter(lambda: source.read(PIECE), b""))
    except FileNotFoundError:
        return "missing"


def _stored(name: str) -> str:
    """``files/ab/…`` of a backup is ``ab/…`` in the storage."""
    return name.removeprefix(f"{FILES}/")


def _digest(pieces: Iterable[bytes]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
