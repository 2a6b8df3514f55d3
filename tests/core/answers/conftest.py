"""Processes that keep answers, each with its own memory, and writers on other connections."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast, make_cast


@pytest.fixture
def process(settings) -> Callable[[], Client]:
    """A further web process: each client has its own middleware, and in it its own kept answers."""
    settings.CATALOGUE_CACHE_MB = 8
    return lambda: Client(raise_request_exception=False)


@pytest.fixture
def town(transactional_db) -> Cast:
    """The cast, committed."""
    return make_cast()


@pytest.fixture
def elsewhere() -> Callable[[Callable[[], Any]], Any]:
    """Do something on another connection, to its end."""

    def run(task: Callable[[], Any]) -> Any:
        found, failed = [], []

        def body() -> None:
            try:
                found.append(task())
            except Exception as error:  # noqa: BLE001  # raised again below
                failed.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    return run
