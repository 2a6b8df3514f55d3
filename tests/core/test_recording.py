"""What the database keeps of each change of a row, whoever makes it (B5, I10)."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from projects.models import Unit
from realestate.core import audit
from realestate.core.models import AuditEntry, RowChange
from realestate.core.transactions import service
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.projects import UnitFactory

pytestmark = pytest.mark.django_db


def changes(label: str) -> list[tuple]:
    rows = RowChange.objects.filter(object_type=label).order_by("pk")
    return list(rows.values_list("kind", "object_id", "before", "after"))


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, params or None)


def test_a_row_that_is_new_changed_and_gone_leaves_three_changes():
    unit = UnitFactory(unit_number="A-101", price=100)
    Unit.objects.filter(pk=unit.pk).update(price=110, unit_number="A-102")
    Unit.objects.filter(pk=unit.pk).delete()

    new, changed, gone = changes("projects.unit")
    assert new == ("inserted", unit.pk, {}, {})
    assert changed == (
        "updated",
        unit.pk,
        {"price": 100.00, "unit_number": "A-101"},
        {"price": 110.00, "unit_number": "A-102"},
    )
    assert (gone[0], gone[1], gone[2]["unit_number"], gone[3]) == ("deleted", unit.pk, "A-102", {})


def test_a_statement_at_the_prompt_is_caught_with_its_login():
    booking = BookingFactory()
    sql("UPDATE bookings_booking SET special_requests = 'x' WHERE id = %s", booking.pk)
    change = RowChange.objects.filter(object_type="bookings.booking").latest("pk")
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert (change.login,) == cursor.fetchone()
    assert (change.before, change.after) == ({"special_requests": ""}, {"special_requests": "x"})


def test_rows_made_and_changed_in_bulk_are_caught_one_by_one():
    units = [UnitFactory(), UnitFactory()]
    before = RowChange.objects.count()
    for unit in units:
        unit.floor_number = 77
    Unit.objects.bulk_update(units, ["floor_number"])
    assert [row[3] for row in changes("projects.unit")[-2:]] == [{"floor_number": 77}] * 2
    assert RowChange.objects.count() == before + 2


def test_a_pair_of_a_many_to_many_field_is_a_row_too():
    booking = BookingFactory()
    booking.claim.parties.add(booking.customer)
    assert [kind for kind, *_rest in changes("projects.claim_parties")] == ["inserted"]


def test_what_says_nothing_is_not_kept():
    unit, user = UnitFactory(), StaffFactory()
    before = RowChange.objects.count()
    Unit.objects.filter(pk=unit.pk).update(floor_number=unit.floor_number)
    sql("UPDATE projects_unit SET updated_at = now() WHERE id = %s", unit.pk)
    sql("UPDATE accounts_user SET last_login = now() WHERE id = %s", user.pk)
    assert RowChange.objects.count() == before


def test_passwords_are_not_readable_in_the_record():
    user = StaffFactory()
    User.objects.filter(pk=user.pk).update(password="another hash")
    User.objects.filter(pk=user.pk).delete()
    changed, gone = changes("accounts.user")[-2:]
    assert changed[2:] == ({"password": "***"}, {"password": "***"})
    assert gone[2]["password"] == "***"  # that is the point


def test_insertions_in_bulk_may_be_left_out_but_nothing_else():
    sql("SET LOCAL house.bulk_load = 'on'")
    unit = UnitFactory()
    assert changes("projects.unit") == []
    Unit.objects.filter(pk=unit.pk).update(floor_number=88)
    Unit.objects.filter(pk=unit.pk).delete()
    assert [kind for kind, *_rest in changes("projects.unit")] == ["updated", "deleted"]


@pytest.mark.django_db(transaction=True)
def test_I10_change_and_entry_of_one_transaction_find_each_other_and_no_others():
    unit = UnitFactory()

    @service
    def reprice(actor, price):
        Unit.objects.filter(pk=unit.pk).update(price=price)
        audit.record(actor, unit, "repriced", after={"price": price})

    staff = StaffFactory()
    reprice(None, 1000)
    reprice(staff, 2000)
    entries = {e.after["price"]: e.transaction for e in AuditEntry.objects.all()}
    found = RowChange.objects.filter(transaction=entries[2000])
    assert [change.after for change in found] == [{"price": 2000.00}]
    assert len(set(entries.values())) == 2


@pytest.mark.parametrize("table", ["core_rowchange", "core_seal", "payments_ledgerentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_B5_the_database_refuses_to_change_what_it_keeps(table, statement):
    from_sealing = "INSERT INTO core_seal (stream, last_id, rows, digest) VALUES ('x', 1, 1, '')"
    sql(from_sealing)
    booking = BookingFactory()
    sql(
        "INSERT INTO payments_ledgerentry (booking_id, value_on, kind, debit, credit, label, reference, posted_at)"
        " VALUES (%s, now(), 'charge', 1, 0, '', '', now())",
        booking.pk,
    )
    sql(f"ALTER TABLE {table} ENABLE TRIGGER ALL")  # some sleep because of tests/conftest.py
    with (
        pytest.raises(ProgrammingError, match="is append-only"),
        transaction.atomic(),  # noqa: TID251  # the test's own savepoint
    ):
        sql(statement.format(table))
