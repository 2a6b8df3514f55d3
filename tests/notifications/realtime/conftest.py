"""Two real server processes over one database, and browsers that speak with them."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts.models import Session, User
from accounts.services import open_session
from notifications.services import open_ticket
from realestate.management.commands.serve import sockets_command
from tests.cast import Cast, make_cast
from tests.redis_server import free_port

PATIENCE = 15.0


def database_url() -> str:
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    where = f"{quote(given['HOST'] or 'localhost', safe='')}:{given['PORT'] or 5432}"
    return f"postgresql://{who}@{where}/{given['NAME']}"


@dataclass
class Browser:
    """A WebSocket of a test: what it has heard, and with which cursor it would come back."""

    line: ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)
    cursor: str = ""

    def frame(self) -> dict[str, Any]:
        """The next frame."""
        found = json.loads(self.line.recv(timeout=PATIENCE))
        self.cursor = found.get("cursor", self.cursor)
        self.heard += found.get("events", [])
        return found

    def until(self, topic: str, object_id: int) -> dict[str, Any]:
        """Wait for an event."""
        while True:
            for event in self.heard:
                if (event["topic"], event["object_id"]) == (topic, object_id):
                    return event
            self.frame()

    def say(self, **words: Any) -> None:
        """Send a frame."""
        self.line.send(json.dumps(words))

    def closed(self) -> int:
        """Wait for the end; the code of it."""
        with suppress(ConnectionClosed):
            while True:
                self.line.recv(timeout=PATIENCE)
        assert self.line.close_code is not None
        return self.line.close_code


@dataclass
class Servers:
    """The processes, by their ports."""

    ports: list[int]
    stack: ExitStack

    def browse(self, ticket: str, *, at: int = 0, **words: str) -> Browser:
        """Connect to one of them, without waiting for a word."""
        query = urlencode({"ticket": ticket, **words})
        address = f"ws://127.0.0.1:{self.ports[at]}/realtime?{query}"
        return Browser(
            self.stack.enter_context(connect(address, open_timeout=PATIENCE, proxy=None))
        )

    def join(self, person: User | None, **given: Any) -> Browser:
        """Connect as a person and hear the first two frames: ``hello``, and what was missed."""
        browser = self.browse(ticket_for(person), **given)
        assert browser.frame()["type"] == "hello"
        browser.frame()
        return browser


def session_of(person: User) -> Session:
    open_session(user_id=person.pk, password=User.objects.get(pk=person.pk).password)
    return Session.objects.filter(user=person).latest("pk")


def ticket_for(person: User | None) -> str:
    if person is None:
        return open_ticket(actor=None, session_id=None)
    return open_ticket(actor=person, session_id=session_of(person).pk)


def answers(port: int) -> bool:
    with (
        suppress(OSError),
        urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer,
    ):  # this machine
        return json.load(answer)["status"] == "ok"
    return False


def start_process(port: int, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        sockets_command("127.0.0.1", port),
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "realestate.settings.test",
            "DATABASE_URL": database_url(),
            **environment,
        },
        stdin=subprocess.DEVNULL,
    )


def two_processes(**environment: str) -> Iterator[list[int]]:
    ports = [free_port(), free_port()]
    processes = [start_process(port, **environment) for port in ports]
    try:
        deadline = time.monotonic() + 60
        while not all(answers(port) for port in ports):
            assert all(process.poll() is None for process in processes), "a socket server ended"
            assert time.monotonic() < deadline, "the socket servers did not start"
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


@pytest.fixture(scope="module")
def ports(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[list[int]]:
    """Two socket servers; PostgreSQL rings the bell."""
    yield from two_processes(REDIS_URL="")


@pytest.fixture(scope="module")
def redis_ports(redis_url: str, django_db_setup: None) -> Iterator[list[int]]:
    """Two socket servers; Redis rings the bell."""
    yield from two_processes(REDIS_URL=redis_url)


@pytest.fixture
def servers(transactional_db: None, ports: list[int]) -> Iterator[Servers]:
    """Two socket servers with the default broker."""
    with ExitStack() as stack:
        yield Servers(ports, stack)


@pytest.fixture
def redis_servers(
    transactional_db: None,
    redis_ports: list[int],
    redis_url: str,
    settings: Any,
) -> Iterator[Servers]:
    """Two socket servers with Redis; this process rings it too."""
    settings.REDIS_URL = redis_url
    with ExitStack() as stack:
        yield Servers(redis_ports, stack)


@pytest.fixture
def cast_committed(transactional_db: None) -> Cast:
    """Everybody, where other connections see them."""
    return make_cast()
