"""C4: a server that may lose what it has acknowledged is refused by the deploy check."""

import pytest
from django.db import connection

from realestate.safekeeping.durability import NEEDED, check_durability, weaknesses

GOOD = dict.fromkeys(NEEDED, "on")


def test_C4_a_durable_server_passes():
    assert weaknesses(GOOD) == []
    assert weaknesses(GOOD | {"synchronous_commit": "remote_apply"}) == []


@pytest.mark.parametrize("name", NEEDED)
def test_C4_each_setting_that_is_off_is_an_error(name):
    (error,) = weaknesses(GOOD | {name: "off"})
    assert error.msg.startswith(f"{name} of the database is off: ")


@pytest.mark.parametrize("level", ["local", "off"])
def test_C4_a_commit_that_does_not_wait_is_an_error(level):
    expected = 0 if level == "local" else 1
    assert len(weaknesses(GOOD | {"synchronous_commit": level})) == expected


@pytest.mark.django_db
def test_C4_it_is_asked_through_the_platforms_own_session():
    """The server of the tests is quick and forgets: it must be refused."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    found = {error.id for error in check_durability(databases=["default"])}
    assert {"realestate.E001", "realestate.E003"} <= found
    assert check_durability(databases=None) == []
