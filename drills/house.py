"""A platform to be broken: a database server of its own, several web processes, a worker; nothing of it stays."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

from benchmarks.database import throw_away_database
from benchmarks.servers import HOST, running, wait_until_ready
from benchmarks.stage import free_port
from drills.report import FOLDER
from realestate.management.commands.serve import APPLICATION, web_command

PROCESSES = 3  # more than cores: they interrupt one another in the middle of things


@contextmanager
def database() -> Iterator[str]:
    """Django set up over an empty, migrated database on a server of its own; yields its address."""
    os.environ.pop("DATABASE_URL", None)  # never somebody's own: it is going to be killed
    with throw_away_database(workers=PROCESSES) as address:
        yield address


@contextmanager
def site(
    address: str,
    *,
    without: str = "",
    more: Mapping[str, str] | None = None,
    is_supervised: bool = False,
    until: str = "/health/ready",
) -> Iterator["Site"]:
    """The web server over a database; ``without`` names guards that are taken away (drills/broken.py).

    If it is supervised, ``manage.py serve web`` keeps it alive, as on a real machine. It is there when ``until`` is
    well.
    """
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
        "DATABASE_URL": address,
        "PORT": str(port),
        "DRILL_WITHOUT": without,
        **(more or {}),
    }
    entry = "drills.broken:application" if without else APPLICATION
    command = [word.replace(APPLICATION, entry) for word in web_command(HOST, port)]
    if is_supervised:
        command = supervised(port)
    with server_output() as log:
        found = Site(command, port, environment, log)
        try:
            wait_until_ready(found.process, f"{found.url}{until}")
            yield found
        finally:
            found.stop()


def supervised(port: int) -> list[str]:
    """The web server and who keeps it alive, as its unit starts them."""
    return [sys.executable, "manage.py", "serve", "web", "--host", HOST, "--port", str(port)]


class Kept:
    """A process that is started again when it ends, as its supervisor does; ``environment`` is what it is given."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: IO[bytes]) -> None:
        self.environment, self.starts = environment, 0
        self._run = partial(running, command, environment, log)
        self._started, self._over = threading.Event(), threading.Event()
        self._supervisor = threading.Thread(target=self._supervise)
        self._supervisor.start()
        self._started.wait()

    def _supervise(self) -> None:
        while not self._over.is_set():
            with self._run() as self.process:
                self.starts += 1
                self._started.set()
                while self.process.poll() is None and not self._over.wait(0.1):
                    pass

    def stop(self) -> None:
        """For good."""
        self._over.set()
        self._supervisor.join()


class Site(Kept):
    """A web server that is kept."""

    def __init__(
        self, command: list[str], port: int, environment: Mapping[str, str], log: IO[bytes]
    ) -> None:
        self.port = port
        super().__init__(command, environment, log)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    @property
    def door(self) -> tuple[str, int]:
        """Host and port."""
        return HOST, self.port

    def workers(self) -> list[int]:
        """Its processes that answer requests."""
        return children(self.process.pid)


def children(pid: int) -> list[int]:
    """Processes whose parent this is (Linux)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(folder.name))
    return sorted(found)


def servers(supervisor: int) -> list[int]:
    """The web servers of ``manage.py serve web``: those with workers. The one that stands by has none."""
    return [pid for pid in children(supervisor) if children(pid)]


def data_folder() -> Path:
    """Where this run's database server keeps its data."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return Path(cursor.fetchone()[0])


def kill_database() -> None:
    """As a crash of the machine would end it; its watcher starts it again."""
    from realestate.core.db.embedded_cluster import locate, lock_folder

    folder = locate(lock_folder(Path(os.environ["VAR_DIR"]), durable=True), durable=True).data
    with suppress(OSError, ValueError, IndexError):  # it is just starting
        kill(int((Path(folder) / "postmaster.pid").read_text().split()[0]))


def database_processes() -> Callable[[], list[int]]:
    """Finds the server and all that it has started."""
    server = int((data_folder() / "postmaster.pid").read_text().split()[0])
    return lambda: [server, *children(server)]


def wait_for_database(patience: float = 60.0) -> None:
    """Until it answers this process again. Raises OperationalError when it does not."""
    from django.db import OperationalError, connection

    end = time.monotonic() + patience
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def server_log() -> Path:
    """Where the database server writes what went wrong."""
    from realestate.core.db.embedded_cluster import locate, lock_folder

    return locate(lock_folder(Path(os.environ["VAR_DIR"]), durable=True), durable=True).log


def deadlocks() -> int:
    """How many the database server had to break up since it started."""
    return len(deadlock_statements())


def deadlock_statements() -> list[str]:
    """What was being done in each of them, as the database server tells it, for whoever has to find out why."""
    log = server_log().read_text(errors="replace")
    parts = log.split("deadlock detected")[1:]
    return [" ".join(part.partition("HINT:")[0].split()) for part in parts]


def kill(pid: int) -> None:
    """As the kernel does when memory runs out: no farewell."""
    os.kill(pid, signal.SIGKILL)


def integrity(environment: Mapping[str, str] | None = None) -> list[str]:
    """What ``manage.py check_integrity`` found: names of the checks that failed.

    With the ``environment`` of a server that keeps its files elsewhere it is asked there.
    """
    from realestate.integrity import run_checks

    if environment is None:
        found = [(each.check.name, each.rows) for each in run_checks(full=False)]
    else:
        command = [sys.executable, "manage.py", "check_integrity", "--json"]
        # Its exit code says what its answer says.
        said = subprocess.run(command, env=environment, capture_output=True, check=False)
        found = [(each["name"], each["rows"]) for each in json.loads(said.stdout)["checks"]]
    return [f"{name} ({', '.join(map(str, rows[:3]))})" for name, rows in found if rows]


@contextmanager
def worker(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The process that runs jobs; the mails that it prints are nobody's to read."""
    with server_output() as log, running(work(environment), dict(environment), log) as process:
        yield process


@contextmanager
def kept_workers(environment: Mapping[str, str], count: int) -> Iterator[list[Kept]]:
    """So many of them, each of which is followed by another one when it ends."""
    with server_output() as log:
        found = [Kept(work(environment), environment, log) for _ in range(count)]
        try:
            yield found
        finally:
            for each in found:
                each.stop()


def server_output() -> IO[bytes]:
    """Where what servers say is kept."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return (FOLDER / "servers.log").open("ab")


def work(environment: Mapping[str, str]) -> list[str]:
    """The command of a worker; the environment may name guards that are taken away (drills/broken.py)."""
    from realestate.management.commands.serve import worker_command

    command = worker_command()
    if environment.get("DRILL_WITHOUT"):
        place = command.index("manage.py")
        command[place : place + 1] = ["-m", "drills.broken"]
    return command
