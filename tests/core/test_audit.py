"""Audit rows: who, what, when, why; written with the change and never changed afterwards (B5)."""

from datetime import date
from decimal import Decimal

import pytest
import structlog
from django.db import ProgrammingError, connection, transaction

from projects.enums import ProjectStatus
from realestate.core import audit
from realestate.core.errors import Conflict
from realestate.core.models import AuditEntry
from realestate.core.transactions import service

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_which_row_and_why(cast):
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        audit.record(
            cast.meera,
            cast.meera_project,
            "priced",
            before={"price": Decimal("1.10"), "unit": None},
            after={
                "price": Decimal("1.20"),
                "day": date(2025, 1, 31),
                "status": ProjectStatus.PLANNING,
                "unit": cast.meera_unit,
                "tags": ["a", Decimal("2.50")],
                "more": {"at": date(2025, 2, 1), 7: {"x"}},
                "flag": True,
                "count": 3,
            },
            reason="New list",
        )
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.object_type, entry.object_id, entry.action) == (
        cast.meera.pk,
        "projects.project",
        cast.meera_project.pk,
        "priced",
    )
    assert entry.before == {"price": "1.10", "unit": None}
    assert entry.after == {
        "price": "1.20",
        "day": "2025-01-31",
        "status": "planning",
        "unit": cast.meera_unit.pk,
        "tags": ["a", "2.50"],
        "more": {"at": "2025-02-01", "7": ["x"]},
        "flag": True,
        "count": 3,
    }
    assert (entry.reason, entry.request_id) == ("New list", "r-1")
    assert entry.at is not None


def test_the_platform_itself_has_no_actor(cast):
    audit.record(audit.SYSTEM, cast.meera_project, "archived")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.before, entry.after, entry.request_id) == (None, {}, {}, "")


def test_snapshot_names_the_values_before_the_change(cast):
    assert audit.snapshot(cast.meera_unit, {"unit_number": "B-1", "floor_number": 9}) == {
        "unit_number": "A-101",
        "floor_number": 3,
    }


def test_an_entry_is_undone_with_its_change(cast):
    @service
    def refused():
        audit.record(cast.meera, cast.meera_project, "changed")
        raise Conflict

    with pytest.raises(Conflict):
        refused()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditentry SET action = 'forged'",
        "UPDATE core_auditentry SET actor_id = NULL WHERE false OR true",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry",
    ],
)
def test_B5_the_database_refuses_to_change_an_entry(statement):
    with connection.cursor() as cursor:  # asleep because of tests/conftest.py
        cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER audit_not_truncated")
        AuditEntry.objects.create(object_type="test", object_id=1, action="true")
        # Nothing else stands in the way of TRUNCATE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(ProgrammingError, match="core_auditentry is append-only"),
        transaction.atomic(),  # noqa: TID251  # the test's own savepoint
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().action == "true"


def test_B5_the_orm_is_refused_too():
    entry = AuditEntry.objects.create(object_type="test", object_id=1, action="true")
    rows = AuditEntry.objects.filter(pk=entry.pk)
    for change in (lambda: rows.update(action="forged"), rows.delete, entry.delete, entry.save):
        with (
            pytest.raises(ProgrammingError, match="append-only"),
            transaction.atomic(),  # noqa: TID251  # the test's own savepoint
        ):
            change()
    assert rows.get().action == "true"


def test_B5_control_without_the_trigger_an_entry_can_be_changed():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER audit_append_only")
    entry = AuditEntry.objects.create(object_type="test", object_id=1, action="true")
    AuditEntry.objects.filter(pk=entry.pk).update(action="forged")
    assert AuditEntry.objects.get().action == "forged"
