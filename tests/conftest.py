"""What every test gets: the database, a client per person, the cast, and no network."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from tests.cast import Cast, make_cast

# The tables that no model manages: a flush between transactional tests does not empty them.
QUEUE_TABLES = "procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs"


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
def _empty_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    """Jobs of a transactional test do not outlive it."""
    yield
    if "transactional_db" in request.fixturenames:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {QUEUE_TABLES} CASCADE")


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
