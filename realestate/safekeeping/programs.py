"""PostgreSQL's own programs, of the same major version as the server: others refuse, or leave something out."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from realestate.core.db.embedded_cluster import EmbeddedServerError, bin_dir

Where = Mapping[str, str]  # words of libpq, such as host and dbname
VARIABLES = {"dbname": "PGDATABASE", "client_encoding": "PGCLIENTENCODING"}
WORDS = ("host", "port", "dbname", "user", "password")


class SafekeepingError(Exception):
    """A backup cannot be made, or cannot be used; the text says why, for operators."""


def our_database() -> dict[str, str]:
    """Where the platform's own database is, without the limits that its requests have."""
    given: dict[str, Any] = connection.get_connection_params()
    chosen = {
        key: str(value)
        for key, value in given.items()
        if value is not None and (key in WORDS or key.startswith("ssl"))
    }
    return {**chosen, "application_name": "realestate safekeeping"}


def connected(where: Where) -> "psycopg.Connection[Any]":
    """A connection that may take its time. Raises SafekeepingError when nobody answers."""
    limits = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
    try:
        told = make_conninfo(**{**where, "options": limits, "connect_timeout": "10"})
        return psycopg.connect(told, autocommit=True)
    except psycopg.OperationalError as error:
        raise SafekeepingError(f"The database does not answer: {error}") from error


def major_of(database: "psycopg.Connection[Any]") -> int:
    """The major version of a server."""
    return database.info.server_version // 10_000


def program(name: str, major: int) -> str:
    """The path of ``pg_dump`` and the like in this major version. Raises SafekeepingError."""
    found = []
    for folder in _folders(major):
        path = folder / name
        if path.is_file() and os.access(path, os.X_OK):
            version = _major_of_program(path)
            if version == major:
                return str(path)
            found.append(f"{path} is of version {version}")
    seen = "; ".join(found) or "none was found"
    raise SafekeepingError(
        f"The server is PostgreSQL {major}, so {name} of version {major} is needed: {seen}. Install"
        f" postgresql-client-{major}, or name its folder in EMBEDDED_POSTGRES_BIN."
    )


def environment(where: Where) -> dict[str, str]:
    """What tells a program of PostgreSQL where to go; a password is in no list of processes."""
    told = {VARIABLES.get(key, f"PG{key.upper()}"): value for key, value in where.items()}
    told["PGAPPNAME"] = told.pop("PGAPPLICATION_NAME", "realestate safekeeping")
    return {**os.environ, **told, "PGOPTIONS": "-c statement_timeout=0", "LC_ALL": "C"}


def _folders(major: int) -> Iterator[Path]:
    with suppress(EmbeddedServerError):
        yield bin_dir()
    yield from (Path(folder) for folder in os.get_exec_path())
    yield Path(f"/usr/lib/postgresql/{major}/bin")  # Debian and Ubuntu keep the majors side by side


def _major_of_program(path: Path) -> int:
    shown = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)
    words = [word for word in shown.stdout.split() if word[:1].isdigit()]
    return int(words[0].split(".")[0]) if words else 0


def disk_free(folder: Path) -> int:
    """Bytes that are left where a backup goes."""
    return shutil.disk_usage(folder).free
