"""H1, F9: the database of a deployment is asked whether it keeps what it is given, and as whom we come."""

from urllib.parse import quote

import pytest
from django.core.checks import Tags, run_checks
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from realestate.deployment import SAFE, check_database, refuse_superuser
from tests.house.test_settings import start

pytestmark = pytest.mark.django_db


def found() -> list[str]:
    """Ids of all complaints, in order."""
    return [str(message.id) for message in check_database(databases=["default"])]


def ask(statement: str) -> str:
    """The first value of the answer, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def test_H1_the_check_of_deployments_asks_the_database_and_no_other_check_does():
    chosen = {"tags": [Tags.database], "databases": ["default"]}
    complaints = run_checks(include_deployment_checks=True, **chosen)
    assert [message.id for message in complaints] == found()
    assert run_checks(**chosen) == []
    assert check_database in registry.get_checks(include_deployment_checks=True)
    assert check_database not in registry.get_checks()


@pytest.fixture
def become():
    """Come as a new role with these attributes; only for this test's transaction."""

    def role(attributes: str = "") -> None:
        ask(f"CREATE ROLE plain_house {attributes}")
        ask("SET LOCAL ROLE plain_house")

    return role


def test_H1_a_server_that_may_lose_what_it_wrote_is_told():
    # That of the tests is a throw-away one: both are off.
    unsafe = [name for name in SAFE if ask(f"SHOW {name}") != "on"]
    assert found().count("realestate.E001") == len(unsafe)


@pytest.mark.parametrize("way", ["on", "off", "local", "remote_apply"])
def test_H1_bookings_wait_for_the_disk(way):
    ask(f"SET LOCAL synchronous_commit = {way}")
    assert ("realestate.E002" in found()) is (way == "off")


@pytest.mark.parametrize(("attributes", "told"), [("", 0), ("BYPASSRLS", 1), ("SUPERUSER", 1)])
def test_H1_a_role_that_nothing_holds_back_is_told(become, attributes, told):
    become(attributes)
    assert found().count("realestate.E003") == told


def test_H10_a_role_that_owns_tables_is_told_and_one_that_serves_is_not(become):
    become()
    assert "realestate.W002" not in found()
    ask("RESET ROLE")
    ask("GRANT CREATE ON SCHEMA public TO plain_house")
    ask("SET LOCAL ROLE plain_house")
    ask("CREATE TABLE of_its_own ()")
    assert found().count("realestate.W002") == 1


@pytest.mark.parametrize("attributes", ["BYPASSRLS", "SUPERUSER"])
@pytest.mark.parametrize("inherits", ["INHERIT", "NOINHERIT"])
def test_H1_a_role_that_may_become_such_a_one_is_told_too(become, attributes, inherits):
    ask(f"CREATE ROLE almighty_house {attributes}")
    become(f"{inherits} IN ROLE almighty_house")
    assert found().count("realestate.E003") == 1


# Who does not inherit what the owner may do becomes the owner with SET ROLE.
@pytest.mark.parametrize("inherits", ["INHERIT", "NOINHERIT"])
def test_H10_a_role_that_may_become_the_owner_is_told_too(become, inherits):
    ask("CREATE ROLE owner_house")
    ask("GRANT CREATE ON SCHEMA public TO owner_house")
    ask("SET LOCAL ROLE owner_house")
    ask("CREATE TABLE of_the_owner (id int) PARTITION BY LIST (id)")
    ask("RESET ROLE")
    become(f"{inherits} IN ROLE owner_house")
    assert found().count("realestate.W002") == 1


@pytest.mark.parametrize(
    ("name", "milliseconds"),
    [
        ("statement_timeout", 0),
        ("statement_timeout", 10_001),
        ("lock_timeout", 0),
        ("lock_timeout", 3_001),
        ("idle_in_transaction_session_timeout", 0),
        ("idle_in_transaction_session_timeout", 15_001),
    ],
)
def test_F9_each_limit_is_looked_at(name, milliseconds):
    good = found()
    ask(f"SET LOCAL {name} = {milliseconds}")
    assert found() == [*good, "realestate.W001"]


def test_without_a_database_that_is_named_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert check_database(databases=None) == []


@pytest.fixture
def _stays_open(monkeypatch):
    """The connection holds the test's own transaction."""
    monkeypatch.setattr(connection, "close", lambda: None)


@pytest.mark.usefixtures("_stays_open")
def test_H1_the_web_server_refuses_to_start_as_a_superuser(become):
    become("SUPERUSER")
    with pytest.raises(ImproperlyConfigured, match="superuser"):
        refuse_superuser()


@pytest.mark.parametrize(("refuses", "code"), [(True, 1), (False, 0)])
def test_H1_the_web_servers_entry_asks_before_it_serves(refuses, code):
    there = connection.settings_dict
    address = f"postgres://{there['USER']}@{quote(there['HOST'], safe='')}:{there['PORT']}/postgres"
    run = start(
        {"DATABASE_URL": address},
        f"from realestate.settings import local; local.REFUSE_SUPERUSER = {refuses}; import realestate.wsgi",
        module="local",
    )
    assert (run.returncode, "names a superuser" in run.stderr) == (code, refuses), run.stderr


@pytest.mark.usefixtures("_stays_open")
def test_H1_control_it_starts_as_another_role(become):
    become()
    refuse_superuser()


@pytest.mark.usefixtures("_stays_open")
def test_a_database_that_does_not_answer_stops_no_start(monkeypatch):
    def nobody():
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", nobody)
    refuse_superuser()
