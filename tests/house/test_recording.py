"""The database keeps every change of a business row: which tables, and that no service is silent about why (I10)."""

import pytest
from django.db import connection

from projects.models import Project
from realestate.core import audit
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from realestate.recording import (
    FUNCTION,
    IGNORED,
    MASKED,
    TRIGGER,
    UNRECORDED,
    keep_triggers,
    recorded_models,
)
from tests.factories.projects import ProjectFactory
from tests.house.source import house_models
from tests.recorder import recording

pytestmark = pytest.mark.django_db
APPEND_ONLY = (
    "core_auditentry",
    "core_rowchange",
    "core_seal",
    "payments_ledgerentry",
    "progress_completiondate",
)


def tables_with_the_trigger() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND tgenabled = 'O'",
            [TRIGGER],
        )
        return {table for (table,) in cursor.fetchall()}


def test_each_table_is_recorded_or_stands_in_the_list_with_a_reason():
    assert tables_with_the_trigger() == {model._meta.db_table for model in recorded_models()}
    assert set(UNRECORDED) <= {model._meta.label_lower for model in house_models()}
    assert [label for label, reason in UNRECORDED.items() if len(reason) < 10] == []


def test_columns_that_are_ignored_or_masked_exist():
    columns = {m._meta.label_lower: {f.column for f in m._meta.fields} for m in recorded_models()}
    named = [
        (label, name) for words in (IGNORED, MASKED) for label in words for name in words[label]
    ]
    assert [pair for pair in named if pair[1] not in columns[pair[0]]] == []


def test_a_lost_trigger_comes_back_and_one_that_does_not_belong_goes():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {TRIGGER} ON projects_unit")
        cursor.execute(
            f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON core_jobrun FOR EACH ROW"
            f" EXECUTE FUNCTION {FUNCTION}('core.jobrun', 'id', '', '')"
        )
    keep_triggers()
    test_each_table_is_recorded_or_stands_in_the_list_with_a_reason()


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_B5_an_append_only_table_has_both_triggers(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bit_or(tgtype::int) & (8 | 16 | 32) FROM pg_trigger"  # on DELETE, UPDATE, TRUNCATE
            " WHERE tgrelid = %s::regclass AND tgfoid = 'core_refuse_change'::regproc",
            [table],
        )
        assert cursor.fetchone() == (56,)


@service
def rename(pk: int, *, is_audited: bool) -> None:
    Project.objects.filter(pk=pk).update(project_name="Other")
    if is_audited:
        audit.record(audit.SYSTEM, Project(pk=pk), "renamed")


def test_control_a_service_that_says_nothing_is_noticed():
    project = ProjectFactory()
    with recording() as recorder:
        rename(project.pk, is_audited=True)
        Project.objects.filter(pk=project.pk).update(project_name="A test's own change")
    assert recorder.silent == []
    # Beside the recorder of this test itself, which would fail it.
    recorder._bracketed("SAVEPOINT", "s1")
    recorder._bracket = "s1"
    recorder._note('UPDATE "projects_project" SET "updated_at" = 1 WHERE "id" = 1')
    recorder._bracketed("RELEASE SAVEPOINT", "s1")
    assert recorder.silent == []
    recorder._bracket, recorder._written = "s2", []
    recorder._note('UPDATE "projects_project" SET "project_name" = 1 WHERE "id" = 1')
    recorder._bracketed("RELEASE SAVEPOINT", "s2")
    assert recorder.silent == ["projects_project"]
    assert AuditEntry.objects.get().action == "renamed"
