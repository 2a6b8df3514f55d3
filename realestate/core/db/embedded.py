"""PostgreSQL without an installation: where DATABASE_URL is not set, settings call ``ensure_running()``.

One server per checkout and kind (durable, or throw-away for tests) serves all processes of the checkout. Each of them
holds a shared lock on ``users.lock`` for as long as it lives, however it dies. A watcher process, started by the first,
owns the server and stops it when it can have that lock for itself. No Django here.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from realestate.core.db.embedded_cluster import (
    PORT,
    USER,
    Cluster,
    EmbeddedServerError,
    bin_dir,
    is_ready,
    locate,
    lock,
    lock_folder,
    try_lock,
)

__all__ = ["EmbeddedServerError", "Server", "bin_dir", "ensure_running"]

DATABASE = "realestate"
PATIENCE = 90.0  # seconds; more than the watcher's own
LARGEST_LOG = 5_000_000
CHECKOUT = Path(__file__).resolve().parents[3]
_held: dict[Path, int] = {}  # one open lock per cluster, for the life of this process


@dataclass(frozen=True)
class Server:
    """Where to connect; ``host`` is the folder of the socket."""

    host: str
    port: int = PORT
    dbname: str = DATABASE
    user: str = USER

    def as_django(self) -> dict[str, str]:
        """The same in the words of Django's DATABASES."""
        return {"HOST": self.host, "PORT": str(self.port), "NAME": self.dbname, "USER": self.user}


def ensure_running(var_dir: Path, *, durable: bool = True, grace: float = 2.0) -> Server:
    """Join the users of this checkout's server, starting it if need be; returns where to connect.

    Raises EmbeddedServerError.
    """
    try:
        return _join(lock_folder(var_dir, durable=durable), durable=durable, grace=grace)
    except PermissionError as error:
        message = f"{error.filename} belongs to another user; give it to yourself, or set VAR_DIR."
        raise EmbeddedServerError(message) from error


def _join(locks: Path, *, durable: bool, grace: float) -> Server:
    if locks not in _held:
        # Waits while a watcher is stopping.
        _held[locks] = lock(locks / "users.lock", fcntl.LOCK_SH)
    starting = lock(locks / "start.lock", fcntl.LOCK_EX)
    try:
        cluster = replace(locate(locks, durable=durable), grace=grace)
        if _start_watcher_unless_running(cluster):
            _prepare_database(cluster)
    finally:
        os.close(starting)
    return Server(host=cluster.sockets)


def _start_watcher_unless_running(cluster: Cluster) -> bool:
    """Returns whether this call started the server. The caller holds start.lock and is a user."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (probe := try_lock(Path(cluster.locks, "watcher.lock"))) is not None:
            os.close(probe)
            _start_watcher(cluster)
            return True
        if is_ready(cluster):
            return False
        time.sleep(0.05)  # a watcher that is still starting, restarting or just about to be gone
    message = f"The database server did not become ready in {PATIENCE:.0f} s; see {cluster.log}."
    raise EmbeddedServerError(message)


def _start_watcher(cluster: Cluster) -> None:
    if cluster.log.is_file() and cluster.log.stat().st_size > LARGEST_LOG:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    report, says = os.pipe()
    module = "realestate.core.db.embedded_watcher"
    with cluster.log.open("ab") as log:
        subprocess.run(
            [sys.executable, "-m", module, json.dumps(asdict(cluster)), str(says)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=CHECKOUT,
            pass_fds=(says,),
            start_new_session=True,  # Ctrl-C in our terminal is not meant for it
        )
    os.close(says)
    with os.fdopen(report) as answer:
        outcome = answer.read()  # ends when the watcher has reported, or has died
    if outcome != "ready":
        message = f"The database server did not start: {outcome or 'its watcher died'}; see {cluster.log}."
        raise EmbeddedServerError(message)


def _prepare_database(cluster: Cluster) -> None:
    """After a start: the database exists, and what cut-off test runs left behind does not."""
    with psycopg.connect(
        host=cluster.sockets, port=PORT, user=USER, dbname="postgres", autocommit=True
    ) as connection:
        names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if DATABASE not in names:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        for name in names if not cluster.durable else ():
            if name.startswith("test_"):
                connection.execute(
                    sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                )
