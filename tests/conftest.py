"""What every test gets: the database, a client per person, the cast, and no network."""

import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import Cast, make_cast
from tests.recorder import recording
from tests.redis_server import redis_server

# The tables that no model manages: a flush between transactional tests does not empty them.
QUEUE_TABLES = "procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs"

THIS_MACHINE = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}  # noqa: S104  # compared, nothing listens there


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Transactional tests end in TRUNCATE, so the triggers that refuse it sleep here; their own test wakes them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgtype & 32 > 0",  # 32: fires on TRUNCATE
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest, django_db_blocker) -> Iterator[None]:
    """Jobs of a transactional test do not outlive it."""
    yield
    if is_transactional(request):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {QUEUE_TABLES} CASCADE")


@pytest.fixture(autouse=True)
def _no_silent_service(request: pytest.FixtureRequest) -> Iterator[None]:
    """I10: whatever a test does, each service that changes a row of the business writes an audit entry."""
    with recording() as recorder:
        yield
    if request.node.get_closest_marker("unaudited") is None:
        assert recorder.silent == [], "changed by a service without an audit entry"


def is_transactional(request: pytest.FixtureRequest) -> bool:
    """Whether the test commits what it does, by its mark or by the fixture."""
    mark = request.node.get_closest_marker("django_db")
    marked = mark is not None and bool(mark.kwargs.get("transaction"))
    return marked or "transactional_db" in request.fixturenames


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Tests speak with this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in THIS_MACHINE:
            message = f"a test wants to speak with {address[0]}"
            raise RuntimeError(message)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_files_left() -> Iterator[None]:
    """What this run has stored is removed at its end."""
    yield
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis of this run's own."""
    with redis_server() as url:
        yield url


@pytest.fixture
def cast(db: None) -> Cast:
    """The six people and two projects; see tests/cast.py."""
    return make_cast()


@pytest.fixture
def as_() -> Callable[[User | None], APIClient]:
    """A client that acts as a person; ``as_(None)`` is anonymous."""

    def client(person: User | None) -> APIClient:
        api = APIClient(raise_request_exception=False)
        if person is not None:
            api.force_authenticate(person)
        return api

    return client
