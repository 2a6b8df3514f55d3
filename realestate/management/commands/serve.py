"""Runs everything that one machine needs: web server, sockets and worker, together and until one of them ends.

With the name of a part it becomes that part, for a supervisor that keeps each alive by itself (docs/operation.md).
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from realestate.core.processes import ending_with_us
from realestate.management.generations import Generations
from realestate.metrics import folder as metrics_folder

DEMO_PASSWORD = "password123"  # noqa: S105  # of the demo's people, shown at start; see seed_demo
DEMO_LOGINS = ("builder@test.com", "customer@test.com", "staff@test.com")
START_PATIENCE = 60.0
APPLICATION = "realestate.wsgi:application"
KEPT_THREADS = (
    1  # of each process, for health, whatever the others wait for (realestate/standstill.py)
)
WEB_PATIENCE = 20  # seconds in which a worker may finish what it is answering
LONGEST_HEAD = 16_384  # bytes of a request's first lines; a token of ours has 400
STOP_PATIENCE = 25.0  # more than the web server gives its own workers


class Command(BaseCommand):
    """Start the children, say where they are, stop them together."""

    help = "Run the web server, the sockets of browsers and the worker until Ctrl-C, or become one of them."
    requires_system_checks: list[str] = []  # the children make them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is not given here comes from the settings."""
        parser.add_argument("part", nargs="?", choices=PARTS, help="Only this, in this process.")
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 0 when asked to stop, 1 when a child ended by itself."""
        host, port = options["host"], options["port"]
        if options["part"] in {None, "web"}:
            metrics_folder.prepare(settings.VAR_DIR, port)
        if options["part"] == "web":
            sys.exit(Generations(web_command(host, port), settings.WEB_WORKERS).run())
        if options["part"]:
            command = PARTS[options["part"]](host, port)
            os.chdir(settings.BASE_DIR)
            os.execv(command[0], command)  # noqa: S606  # signals go to it, and none is lost on the way
        doors = (port, settings.REALTIME_PORT)
        for door in doors:
            refuse_taken_port(host, door)
        crew = Crew(
            {
                "web server": web_command(host, port),
                "socket server": sockets_command(host, settings.REALTIME_PORT),
                "worker": worker_command(),
            }
        )
        crew.start()
        try:
            if crew.wait_until(lambda: all(answers(host, door) for door in doors), START_PATIENCE):
                self.stdout.write(greeting(host, port))
                crew.wait_until(lambda: False, None)
        finally:
            crew.stop()
        if crew.ended:
            message = f"The {crew.ended} ended by itself; everything was stopped."
            raise CommandError(message, returncode=1)


class Crew:
    """Child processes that live and end together."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.commands = commands
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self.ended = ""
        self.asked = 0
        self._wakes, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def start(self) -> None:
        """Start all, each in a group of its own: a Ctrl-C reaches only us, and we pass it on once."""
        signal.set_wakeup_fd(self._wake)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only wakes us up
        for name, command in self.commands.items():
            self.members[name] = subprocess.Popen(
                command,
                process_group=0,
                stdin=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
                preexec_fn=ending_with_us(signal.SIGTERM),  # noqa: PLW1509  # we have one thread
            )

    def wait_until(self, condition: Callable[[], bool], patience: float | None) -> bool:
        """Whether the condition came true before a child ended, somebody asked to stop, or patience ran out."""
        deadline = time.monotonic() + (patience or 0)
        while not self.asked:
            self.ended = next(
                (name for name, member in self.members.items() if member.poll() is not None), ""
            )
            if self.ended:
                return False
            if condition():
                return True
            if patience is not None and time.monotonic() > deadline:
                message = f"Nothing answered within {patience:.0f} s."
                raise CommandError(message)
            self._sleep(0.1 if patience is not None else None)
        return False

    def stop(self) -> None:
        """Ask all to finish what they are doing; a second request, or too long a wait, ends them at once."""
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + STOP_PATIENCE
        asked = self.asked
        while any(member.poll() is None for member in self.members.values()):
            if self.asked > asked or time.monotonic() > deadline:
                self._tell(signal.SIGKILL)
            self._sleep(0.2)

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.asked += 1

    def _tell(self, number: signal.Signals) -> None:
        for member in self.members.values():
            try:
                os.killpg(member.pid, number)
            except ProcessLookupError:
                continue

    def _sleep(self, seconds: float | None) -> None:
        """Until a signal comes or a child ends, at most so long."""
        if select.select([self._wakes], [], [], seconds)[0]:
            os.read(self._wakes, 4096)


def web_command(host: str, port: int) -> list[str]:
    """Granian, one blocking thread pool per process."""
    return [
        *(sys.executable, "-m", "realestate.web", "--interface", "wsgi", APPLICATION),
        *("--host", host, "--port", str(port), "--http", "1"),
        *(
            "--workers",
            str(settings.WEB_WORKERS),
            "--blocking-threads",
            str(settings.WEB_THREADS + KEPT_THREADS),
        ),
        *("--workers-kill-timeout", str(WEB_PATIENCE)),
        *("--http1-buffer-size", str(LONGEST_HEAD)),
        *("--respawn-failed-workers", "--no-ws", "--log-level", "warning"),
    ]


def sockets_command(host: str, port: int) -> list[str]:
    """Granian with the small ASGI application; one process, many sockets."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "realestate.asgi:application"),
        *("--host", host, "--port", str(port), "--http", "1"),
        *("--workers", "1", "--workers-kill-timeout", "5", "--respawn-failed-workers"),
        *("--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    """The worker of the queue."""
    return [
        sys.executable,
        "manage.py",
        "procrastinate",
        "worker",
        "--shutdown-graceful-timeout",
        "20",
    ]


PARTS: dict[str, Callable[[str, int], list[str]]] = {
    "web": web_command,
    "sockets": lambda host, _port: sockets_command(host, settings.REALTIME_PORT),
    "worker": lambda _host, _port: worker_command(),
}


def refuse_taken_port(host: str, port: int) -> None:
    """Raises CommandError when somebody listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Cannot listen on {host}:{port} ({error.strerror}). Choose another port: make run PORT=9000"
            raise CommandError(message) from error


def visible(host: str) -> str:
    """The name by which this machine's own browser reaches the host."""
    if host in {"127.0.0.1", "::1", "0.0.0.0", "::"}:  # noqa: S104  # compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host


def answers(host: str, port: int) -> bool:
    """Whether the web server is up."""
    try:
        with socket.create_connection((host, port), timeout=2) as client:
            client.sendall(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return client.recv(16).startswith(b"HTTP/1.")
    except OSError:
        return False


def greeting(host: str, port: int) -> str:
    """Where everything is, and who may log in while the demo's people are there."""
    base = f"http://{visible(host)}:{port}"
    lines = [
        "",
        f"  API      {base}/api",
        f"  Docs     {base}/api/docs",
        f"  Admin    {base}/admin/",
        f"  Health   {base}/health/ready",
        f"  Sockets  ws://{visible(host)}:{settings.REALTIME_PORT}/realtime",
    ]
    if logins := demo_logins():
        lines += ["", f"  Logins   {', '.join(logins)}; password {DEMO_PASSWORD}"]
    return "\n".join([*lines, "", "  Ctrl-C stops everything.", ""])


def demo_logins() -> list[str]:
    """The demo's people who are in the database."""
    people = get_user_model()._default_manager.filter(email__in=DEMO_LOGINS)  # noqa: SLF001  # documented API
    try:
        present = set(people.values_list("email", flat=True))
    except DatabaseError:
        return []  # a courtesy is no reason to stop
    finally:
        connection.close()  # the supervisor needs it only once
    return [login for login in DEMO_LOGINS if login in present]
