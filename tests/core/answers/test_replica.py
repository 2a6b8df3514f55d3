"""The public catalogue from a replica: only for who is not logged in, and only while it knows as much as the primary.

The replicas here are connections of their own to the test's database; one that is behind has a version of its own.
"""

from copy import deepcopy

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services.sessions import open_session
from projects.services import change_project
from realestate.core.answers import replica
from realestate.metrics import meters

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/api/projects?limit=10"


@pytest.fixture
def a_replica(town, settings, monkeypatch):
    """Makes a second database of the settings; ``sees`` a schema before the others."""
    settings.CATALOGUE_CACHE_MB = 8
    monkeypatch.setattr(replica, "_spared_until", {replica.ALIAS: 0.0})

    def make(sees="public", **given):
        described = deepcopy(connections.settings["default"]) | given
        described["OPTIONS"]["options"] += (
            f" -c search_path={sees},public -c default_transaction_read_only=on"
        )
        if replica.ALIAS in connections.settings:
            connections[replica.ALIAS].close()
            del connections[replica.ALIAS]
        connections.settings[replica.ALIAS] = described
        database = connections[replica.ALIAS]
        database.alias = DEFAULT_DB_ALIAS  # the only one that Django lets a test speak with
        return database

    yield make
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    del connections.settings[replica.ALIAS]


@pytest.fixture
def behind(town):
    """A schema whose catalogue is at the version of now, whatever happens; how it catches up."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA behind")
        cursor.execute("CREATE TABLE behind.core_catalogueversion AS TABLE core_catalogueversion")

    def catch_up():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE behind.core_catalogueversion")
            cursor.execute(
                "INSERT INTO behind.core_catalogueversion TABLE public.core_catalogueversion"
            )

    yield catch_up
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA behind CASCADE")


def asked(database, client, path=LIST, **headers):
    """The statements that a request sent to a database, and the answer."""
    with CaptureQueriesContext(database) as seen:
        answer = client.get(path, **headers)
    return len(seen), answer


def test_the_catalogue_is_read_from_the_replica(a_replica, town):
    expected = Client().get(LIST).content
    database, primary = a_replica(), connections["default"]
    with CaptureQueriesContext(primary) as first:
        count, answer = asked(database, Client())
    assert (answer.status_code, answer.content) == (200, expected)
    assert count >= 2  # its version, and the page
    assert [query["sql"] for query in first if "projects_project" in query["sql"]] == []
    assert connections["default"] is primary
    assert database.execute_wrappers == []


def test_statements_at_the_replica_are_counted_too(a_replica, town):
    database = a_replica()
    labels = {"route": "/api/projects", "method": "GET"}
    name = "realestate_request_statements_total"
    Client().get(LIST)
    before = meters.registry.get_sample_value(name, labels)
    with CaptureQueriesContext(connections["default"]) as first:
        count, _ = asked(database, Client(), "/api/projects?limit=9")
    counted = meters.registry.get_sample_value(name, labels) - before
    assert counted == len(first) + count - 1  # all but the replica's word on its version


def test_who_is_logged_in_knows_only_the_primary(a_replica, town):
    database = a_replica()
    user = town.asha
    token = open_session(user_id=user.pk, password=user.password).tokens.access_token
    count, answer = asked(database, Client(), headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, count) == (200, 0)


def test_what_is_no_part_of_the_catalogue_knows_only_the_primary(a_replica, town):
    count, answer = asked(a_replica(), Client(), "/api/settings")
    assert (answer.status_code, count) == (200, 0)


def test_a_replica_that_is_behind_is_not_read_until_it_has_caught_up(a_replica, town, behind):
    database = a_replica("behind")
    assert asked(database, Client())[0] >= 2  # the control: it is as far as the primary
    change_project(actor=town.meera, project_id=town.meera_project.pk, project_name="Another name")
    count, answer = asked(database, Client())
    assert "Another name" in answer.text
    assert count == 1  # only its version
    behind()
    count, answer = asked(database, Client())
    assert count >= 2
    assert "Another name" in answer.text


def test_a_replica_that_is_away_costs_one_try(a_replica, town):
    expected = Client().get(LIST).content
    a_replica(HOST="127.0.0.1", PORT=1)
    assert Client().get(LIST).content == expected
    a_replica()  # it is back, and spared for a while
    assert asked(connections[replica.ALIAS], Client())[0] == 0


def test_a_replica_that_goes_away_in_the_middle_of_an_answer_costs_nobody_anything(
    a_replica, town, monkeypatch
):
    expected = Client().get(LIST).content
    database, primary = a_replica(), connections["default"]

    read_at = []

    def once_it_is_chosen(_now):
        read_at.append(connections["default"])
        if connections["default"] is database:
            with primary.cursor() as cursor:
                ended = "SELECT pg_terminate_backend(%s, 5000)"
                cursor.execute(ended, [database.connection.info.backend_pid])

    monkeypatch.setattr("realestate.core.answers.version.next_moment", once_it_is_chosen)
    answer = Client().get(LIST)
    assert read_at == [database, primary]
    assert (answer.status_code, answer.content) == (200, expected)
    assert connections["default"] is primary
    assert asked(database, Client())[0] == 0  # it is spared for a while


def test_after_an_answer_that_failed_the_primary_is_back(a_replica, town, monkeypatch):
    database, primary = a_replica(), connections["default"]
    monkeypatch.setattr("realestate.core.answers.version.next_moment", lambda _now: {}["no"])
    count, answer = asked(database, Client(raise_request_exception=False))
    assert (answer.status_code, count) == (500, 1)
    assert connections["default"] is primary
