"""A database with many rows, made once for a module and dropped at its end."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.performance import rows

UNITS = 200_000  # enough for a sequential scan to be what a bad plan takes: 40,000 bookings, 200,000 notifications
SUFFIX = "many"


@pytest.fixture(scope="module")  # not longer: meanwhile the connection is to the copy
def many_rows(django_db_setup, django_db_blocker) -> Iterator[rows.World]:
    """Who asks, and the keys of rows that exist. Other tests see nothing of it: it is a copy of the test database."""
    creation: Any = connection.creation
    ordinary = connection.settings_dict
    with django_db_blocker.unblock():
        creation.clone_test_db(SUFFIX, verbosity=0)
        connection.settings_dict = creation.get_test_db_clone_settings(SUFFIX)
        connection.close()
        try:
            yield rows.grow(UNITS)
        finally:
            connection.close()
            connection.settings_dict = ordinary
            creation.destroy_test_db(verbosity=0, suffix=SUFFIX)
