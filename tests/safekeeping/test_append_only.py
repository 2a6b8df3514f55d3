"""B5, D15: what is recorded stays as it is, for the role that the platform works with and for the tables' owner."""

import os
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from bookings.models import Booking
from payments.services import record_payment
from realestate.core.models import AuditEntry
from realestate.safekeeping.grants import append_only_tables
from tests.commands.running import run
from tests.factories.bookings import BookingFactory
from tests.payments.account import demand, signed

pytestmark = pytest.mark.django_db
ROLE = f"test_platform_{os.getpid()}"
TABLES = [
    *("core_auditentry", "core_rowchange", "core_seal"),
    *(
        "payments_creditline",
        "payments_creditnote",
        "payments_demand",
        "payments_demandline",
        "payments_ledgerentry",
    ),
    *("progress_completiondate", "projects_chargeline", "projects_pricelist"),
]
CHANGES = ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"]
EVASIONS = [
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "DROP TRIGGER {trigger} ON {}",
    "DROP FUNCTION core_refuse_change() CASCADE",
    "ALTER TABLE {} RENAME TO other",
    "DROP TABLE {}",
]


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:  # noqa: TID251  # the test's own savepoint
        cursor.execute(statement)


def refused(statement: str) -> str:
    """The code with which the database refuses; empty when it does not."""
    try:
        execute(statement)
    except DatabaseError as error:
        return str(error.__cause__.sqlstate)
    return ""


@pytest.fixture
def platform():
    """The role has its rights, and the test has the role."""
    execute(f"CREATE ROLE {ROLE}")
    run("grant_rights", ROLE)
    execute(f"SET ROLE {ROLE}")
    yield
    execute("RESET ROLE")


def test_the_list_of_append_only_tables_is_the_databases():
    assert append_only_tables() == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_B5_the_platforms_role_is_refused_every_change_and_every_way_round(platform, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%append_only'",
            [table],
        )
        (trigger,) = cursor.fetchone()
    tried = [text.format(table, trigger=trigger) for text in (*CHANGES, *EVASIONS)]
    tried.append("SET session_replication_role = replica")
    assert {statement: refused(statement) for statement in tried} == dict.fromkeys(tried, "42501")


@pytest.mark.parametrize("table", TABLES)
def test_B5_the_owners_statements_are_refused_too(table):
    execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")  # some sleep because of tests/conftest.py
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bit_or(tgtype::int) & (8 | 16 | 32) FROM pg_trigger"  # DELETE, UPDATE, TRUNCATE
            " WHERE tgrelid = %s::regclass AND tgfoid = 'core_refuse_change'::regproc AND tgenabled = 'O'",
            [table],
        )
        assert cursor.fetchone() == (56,)
    assert refused(f"TRUNCATE {table} CASCADE") == "42501"


@pytest.mark.parametrize("table", TABLES)
def test_B5_control_without_rights_taken_and_triggers_they_would_pass(platform, table):
    execute("RESET ROLE")
    execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    execute(f"GRANT UPDATE, DELETE ON {table} TO {ROLE}")
    execute(f"SET ROLE {ROLE}")
    assert [refused(statement.format(table)) for statement in CHANGES[:2]] == ["", ""]


def test_H10_rights_that_were_given_before_are_taken_away(db):
    execute(f"CREATE ROLE {ROLE}")
    execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
    execute(f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    run("grant_rights", ROLE)
    execute(f"SET ROLE {ROLE}")
    tried = [
        "TRUNCATE core_ratecounter",
        "CREATE TABLE of_its_own ()",
        "UPDATE core_auditentry SET id = id",
        "SELECT setval(pg_get_serial_sequence('core_auditentry', 'id'), 1)",
        *("DELETE FROM django_migrations", "UPDATE django_migrations SET app = app"),
        "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999', now())",
    ]
    assert {statement: refused(statement) for statement in tried} == dict.fromkeys(tried, "42501")
    execute("RESET ROLE")


def test_the_platform_demands_and_is_paid_with_this_role(platform, cast):
    """Triggers keep what is left open of a demand with the rights of whoever pays."""
    booking = signed(cast)
    row = demand(booking, "100.00", issued=date(2026, 1, 5), due=date(2026, 1, 20))
    record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type="installment",
        amount=Decimal("60.00"),
        payment_method="bank_transfer",
        transaction_id="UTR-1",
    )
    row.refresh_from_db()
    assert row.left_open == Decimal("40.00")


def test_the_platform_works_with_this_role(platform):
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(special_requests="A window to the lake")
    AuditEntry.objects.create(object_type="test", object_id=1, action="true")
    assert Booking.objects.get(pk=booking.pk).special_requests == "A window to the lake"
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_is_fenced(), count(*) > 0 FROM core_rowchange")
        assert cursor.fetchone() == (False, True)
    assert refused("DELETE FROM django_migrations") == "42501"
