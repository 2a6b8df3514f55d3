"""A database server of one's own that archives its log: base backup, recovery to a point (I6), a replica (8)."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from psycopg.conninfo import make_conninfo

from realestate.core.db.embedded_cluster import locate, lock_folder
from realestate.safekeeping.programs import connected

PATIENCE = 120.0
PORT = 5432
USER = "realestate"
POINT = "before_the_accident"
# What a replica must have at least as much of as its primary.
AT_LEAST = """
    SELECT name, setting FROM pg_settings WHERE name IN
    ('max_connections', 'max_locks_per_transaction', 'max_prepared_transactions', 'max_wal_senders',
     'max_worker_processes')
"""


class Cluster:
    """Folders of a server, its archive of the log, and the base backup; all as the user that may run PostgreSQL."""

    def __init__(
        self,
        home: Path,
        *,
        archive_seconds: int,
        settings: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        found = locate(lock_folder(Path(os.environ["VAR_DIR"]), durable=True), durable=True)
        self.binaries, self.run_as = found.binaries, found.run_as
        self.home, self.data, self.archive, self.base = (
            home,
            *(home / name for name in ("data", "archive", "base")),
        )
        self.archive_seconds, self.settings = archive_seconds, settings
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C",
            "TZ": "UTC",
            **(environment or {}),
        }
        self._server: subprocess.Popen[bytes] | None = None
        if self.run_as is not None:
            os.chown(home, self.run_as, self.run_as)
        self.program("mkdir", "-m", "700", str(self.archive), where="/bin")

    @property
    def where(self) -> dict[str, str]:
        """Of its database."""
        return {"host": str(self.home), "port": str(PORT), "user": USER, "dbname": "realestate"}

    def program(
        self, name: str, *arguments: str, where: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's programs to its end; its exit code is the caller's business."""
        return subprocess.run(
            [f"{where or self.binaries}/{name}", *arguments],
            capture_output=True,
            text=True,
            check=False,
            **self._as_who(),
        )

    def initialise(self) -> None:
        """A new server with an empty database."""
        made = self.program(
            "initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr)
        self.start(self.data)
        with connected({**self.where, "dbname": "postgres"}) as database:
            database.execute("CREATE DATABASE realestate")

    def follow(self, primary: Mapping[str, str]) -> None:
        """Become a streaming replica of another server, which goes on with its work; returns when it can be read."""
        with connected(primary) as database:
            rows = database.execute(AT_LEAST).fetchall()
        made = self.program(
            "pg_basebackup", "-D", str(self.data), "-d", make_conninfo(**primary), "-R",
            "--checkpoint=fast", "-X", "stream",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr)
        self.settings = [*self.settings, *(f"{name}={value}" for name, value in rows)]
        self.start(self.data, is_replica=True)

    def start(self, data: Path, *, settings: Sequence[str] = (), is_replica: bool = False) -> None:
        """Start on a folder; returns when it takes writes, or reads if it is a replica."""
        values = [
            *("listen_addresses=", f"unix_socket_directories={self.home}", f"port={PORT}"),
            *("wal_level=replica", "archive_mode=on", f"archive_timeout={self.archive_seconds}"),
            f"archive_command=test ! -f {self.archive}/%f && cp %p {self.archive}/%f",
            *("max_wal_senders=3", "shared_buffers=64MB", *self.settings, *settings),
        ]
        flags = [part for value in values for part in ("-c", value)]
        with (self.home / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [f"{self.binaries}/postgres", "-D", str(data), *flags],
                stdout=log,
                stderr=log,
                **self._as_who(),
            )
        deadline = time.monotonic() + PATIENCE
        while not self._is_there(is_replica=is_replica):
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "server.log").read_text()[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """As if the machine were gone."""
        if self._server is not None:
            self._server.send_signal(signal.SIGKILL)
            self._server.wait()
            time.sleep(0.5)  # its children notice
            self._server = None

    def stop(self) -> None:
        """In good order."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(PATIENCE)
            self._server = None

    def take_base(self) -> None:
        """pg_basebackup, while the server works."""
        made = self.program(
            "pg_basebackup", "-D", str(self.base), "-h", str(self.home), "-p", str(PORT),
            "-U", USER, "--checkpoint=fast", "-X", "stream",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(made.stderr)

    def recover(self, name: str, *, to: str | None) -> Path:
        """A new folder from the base backup and the archive, up to a restore point, or to the end of the log."""
        data = self.home / name
        self.program("cp", "-a", str(self.base), str(data), where="/bin")
        # Not the line that an earlier recovery began.
        named = [f"recovery_target_name={to}", "recovery_target_action=promote"] if to else []
        target = ["recovery_target_timeline=1", *named]
        self.program("touch", str(data / "recovery.signal"), where="/usr/bin")
        self.start(data, settings=[f"restore_command=cp {self.archive}/%f %p", *target])
        return data

    def _is_there(self, *, is_replica: bool) -> bool:
        probe = {**self.where, "dbname": "postgres"}
        try:
            with connected(probe) as database:
                row = database.execute("SELECT pg_is_in_recovery()").fetchone()
        except Exception:  # noqa: BLE001  # not yet, whatever the reason; the deadline is the caller's
            return False
        return row == (is_replica,)

    def _as_who(self) -> dict[str, Any]:
        """The program's environment, and another user when we are root."""
        told: dict[str, Any] = {"env": self.environment, "cwd": "/"}
        if self.run_as is not None:
            told |= {"user": self.run_as, "group": self.run_as, "extra_groups": []}
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()


@contextmanager
def own_server(
    *,
    archive_seconds: int,
    settings: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Cluster]:
    """A server that runs, with an empty database; nothing of it stays.

    ``settings`` and ``environment`` are added to those that it always has.
    """
    with (
        own_home() as home,
        Cluster(
            home, archive_seconds=archive_seconds, settings=settings, environment=environment
        ) as cluster,
    ):
        cluster.initialise()
        yield cluster


@contextmanager
def own_home() -> Iterator[Path]:
    """A folder for a server, which is gone afterwards; with a short name, for the socket."""
    home = Path(tempfile.mkdtemp(prefix="drill-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
