"""The process that owns an embedded PostgreSQL server: starts it, and stops it after its last user (embedded.py).

Run as ``python -m realestate.core.db.embedded_watcher CLUSTER DESCRIPTOR``. Imports no Django and no package.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from realestate.core.db.embedded_cluster import (
    PORT,
    USER,
    Cluster,
    EmbeddedServerError,
    is_ready,
    major_version,
    server_pid,
    serves,
    take,
    try_lock,
)
from realestate.core.processes import ending_with_us

PATIENCE = 60.0  # seconds for crash recovery on a busy machine
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def watch(cluster: Cluster, report: Callable[[str], None]) -> None:
    """Own the server until nobody uses it; runs in the watcher process."""
    lock = try_lock(Path(cluster.locks, "watcher.lock"))
    if lock is None:
        report("another watcher is starting")
        return
    users = os.open(Path(cluster.locks, "users.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        server = _start_server_or_renew(cluster)
    except (EmbeddedServerError, OSError) as error:
        report(str(error))
        return
    report("ready")
    stop_asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stop_asked.append(number)

    signal.signal(signal.SIGTERM, stop)
    while not stop_asked and not _alone(users, cluster.grace):
        if (
            server.poll() is not None
        ):  # it died by itself: the users' next connections shall find it
            server = _start_server(cluster)
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.25)
    _stop(server.pid, server.poll)


def _alone(users: int, grace: float) -> bool:
    """No user for the time of grace; then the lock is kept, so that new users wait until the server has stopped."""
    if not take(users):
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    time.sleep(grace)
    return take(users)


def _start_server_or_renew(cluster: Cluster) -> "subprocess.Popen[bytes]":
    """A throw-away cluster that a power failure has spoilt is made anew; a durable one is left for a person to see."""
    try:
        return _start_server(cluster)
    except EmbeddedServerError:
        if cluster.durable:
            raise
        shutil.rmtree(cluster.data)
        return _start_server(cluster)


def _start_server(cluster: Cluster) -> "subprocess.Popen[bytes]":
    """Returns the running, ready server. Raises EmbeddedServerError."""
    if not Path(cluster.data, "PG_VERSION").is_file():
        _initialise(cluster)
    elif cluster.run_as is not None and Path(cluster.data).stat().st_uid != cluster.run_as:
        # Root has copied the checkout, or taken it over.
        _hand_over(Path(cluster.data), cluster.run_as)
    deadline = time.monotonic() + PATIENCE
    while True:
        _clear_remains(cluster)
        server = _spawn(
            cluster, [f"{cluster.binaries}/postgres", "-D", cluster.data, *_parameters(cluster)]
        )
        while server.poll() is None:
            if is_ready(cluster, server.pid):
                return server
            if time.monotonic() > deadline:
                _stop(server.pid, server.poll)
            time.sleep(0.02)
        # 1: it could not start yet; negative: killed while it was starting, as a machine without memory does.
        if time.monotonic() > deadline or server.returncode not in {1, -signal.SIGKILL}:
            message = f"postgres ended with code {server.returncode}: {_last_words(cluster)}"
            raise EmbeddedServerError(message)
        # Memory of a killed predecessor is freed when the last of its backends has noticed.
        time.sleep(0.2)


def _parameters(cluster: Cluster) -> list[str]:
    values = [
        "listen_addresses=",
        f"unix_socket_directories={cluster.sockets}",
        "unix_socket_permissions=0700",
        f"port={PORT}",
        "max_connections=100",
        "shared_buffers=128MB",
        "timezone=UTC",
        "log_timezone=UTC",
        "log_destination=stderr",
        "logging_collector=off",
        *(() if cluster.durable else NOT_DURABLE),
    ]
    return [part for value in values for part in ("-c", value)]


def _initialise(cluster: Cluster) -> None:
    """Make the data folder: complete under its name, or not there at all."""
    data = Path(cluster.data)
    partial = data.with_name("data.partial")
    for leftover in (partial, data):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if cluster.run_as is not None:
        os.chown(partial, cluster.run_as, cluster.run_as)
    builtin = major_version(Path(cluster.binaries)) >= 17  # noqa: PLR2004  # the first major with this provider
    locale = (
        ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        if builtin
        else ("--locale=C",)
    )
    care = ("--data-checksums",) if cluster.durable else ("--no-sync",)
    command = [
        f"{cluster.binaries}/initdb",
        "-D",
        str(partial),
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        *locale,
        *care,
    ]
    if _spawn(cluster, command).wait() != 0:
        message = "initdb failed"
        raise EmbeddedServerError(message)
    partial.rename(data)


def _last_words(cluster: Cluster) -> str:
    with suppress(OSError):
        return " ".join(cluster.log.read_text(errors="replace").splitlines()[-1:])
    return ""


def _hand_over(folder: Path, owner: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner, follow_symlinks=False)


def _spawn(cluster: Cluster, command: list[str]) -> "subprocess.Popen[bytes]":
    credentials: dict[str, Any] = {}
    if cluster.run_as is not None:
        credentials = {"user": cluster.run_as, "group": cluster.run_as, "extra_groups": []}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        umask=0o077,
        preexec_fn=ending_with_us(signal.SIGINT),  # noqa: PLW1509  # the watcher has one thread
        **credentials,
    )


def _clear_remains(cluster: Cluster) -> None:
    """End a server that has lost its watcher; forget one that is no more, even if its number belongs to another now."""
    if (pid := server_pid(cluster)) is not None:
        _stop(pid, lambda: None if serves(pid, cluster.data) else 0)
    for name in (
        Path(cluster.data, "postmaster.pid"),
        Path(cluster.sockets, f".s.PGSQL.{PORT}.lock"),
    ):
        name.unlink(missing_ok=True)


def _stop(pid: int, ended: Callable[[], int | None]) -> None:
    """Ask for a fast stop, then insist; returns when the process is gone."""
    for number, patience in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if ended() is not None:
                return
            time.sleep(0.01)


def main() -> None:
    """Leave the process that started us, then watch."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork():
        os._exit(0)  # the starter waits for this one; the watcher itself has no parent to disturb
    _, description, descriptor = sys.argv
    with os.fdopen(int(descriptor), "w") as pipe:

        def report(text: str) -> None:
            pipe.write(text)
            pipe.close()

        watch(Cluster(**json.loads(description)), report)


if __name__ == "__main__":
    main()
