"""Units from spreadsheets: what the dry run shows, all or nothing, twice the same, and nobody else's rows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Unit
from realestate.core import clock
from realestate.core.enums import ImportState
from realestate.core.errors import NotAllowed, NotFound
from realestate.core.imports import (
    ImportHasProblems,
    ImportIsBusy,
    apply_import,
    check_import,
    perform_import,
)
from realestate.core.models import AuditEntry, ImportRun
from tests.factories.projects import ProjectFactory, TowerFactory, UnitFactory
from tests.imports.sheets import UNIT_HEAD, csv_of, problems, send, unit, xlsx_of


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("made", [csv_of, xlsx_of])
def test_new_units_come_from_both_kinds_of_files(cast, made):
    run = send(cast.meera, "units", cast.meera_project, made(UNIT_HEAD, unit("B-1"), unit("B-2")))
    assert (run.state, run.counts) == (
        ImportState.READY,
        {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0},
    )
    assert Unit.objects.filter(project=cast.meera_project).count() == 1  # a dry run writes nothing
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert (run.state, run.done) == (ImportState.APPLIED, 2)
    stored = Unit.objects.get(project=cast.meera_project, unit_number="B-2")
    assert (stored.price, stored.area_sqft, stored.floor_number) == (
        Decimal("7500000.00"),
        Decimal("1045.50"),
        1,
    )
    assert stored.released_at is not None


def test_a_dry_run_shows_new_changed_unchanged_and_wrong_rows(cast):
    project = cast.meera_project
    UnitFactory(project=project, unit_number="U-1", price=7_000_000)
    UnitFactory(project=project, unit_number="U-2", floor_number=1, price=7_500_000)
    content = csv_of(
        UNIT_HEAD, unit("N-1"), unit("U-1"), unit("U-2"), ["W-1", "castle", "1", "10", "1"]
    )
    run = send(cast.meera, "units", project, content)
    assert run.state == ImportState.REFUSED
    assert run.counts == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 1}
    assert run.report["changes"] == [
        {"row": 2, "action": "new", "key": "N-1", "fields": {}},
        {
            "row": 3,
            "action": "changed",
            "key": "U-1",
            "fields": {"floor_number": ["3", "1"], "price": ["7000000.00", "7500000.00"]},
        },
    ]
    (problem,) = problems(run)
    assert problem[:2] == [5, "Unit type"]
    assert problem[2].startswith("Must be one of 1BHK, 2BHK")
    assert problem[3] == "castle"


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Price", "seven", "Enter a number such as 7500000.00."),
        ("Price", "75000,50", "Enter a number such as 7500000.00."),
        ("Price", "-5", "Must be at least 0.01."),
        ("Price", "1.005", "Must have at most 2 decimals."),
        ("Price", "1e400", "Enter a number such as 7500000.00."),
        ("Price", "NaN", "Enter a number such as 7500000.00."),
        ("Price", "9" * 30, "This number is too large."),
        ("Price", "", "A new unit needs this."),
        ("Floor", "1.5", "Must be a whole number."),
        ("Floor", "900", "Must be at most 300."),
        ("Unit number", "", "This is missing."),
        ("Unit number", "N" * 31, "Must have at most 30 characters; it has 31."),
        ("Tower", "Nowhere", "There is no such tower in this project; add it first."),
        ("Released", "perhaps", "Enter yes or no."),
    ],
)
def test_errors_name_row_column_and_value_in_words(cast, column, value, message):
    head = [*UNIT_HEAD, "Tower", "Released"]
    row = dict(zip(head, [*unit("B-1"), "", ""], strict=True)) | {column: value}
    run = send(cast.meera, "units", cast.meera_project, csv_of(head, row.values()))
    assert problems(run) == [[2, column, message, value]]


def test_one_bad_row_means_no_row_at_all(cast):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(50)], unit("B-X", price="none"))
    run = send(cast.meera, "units", cast.meera_project, content)
    with pytest.raises(ImportHasProblems):
        apply_import(actor=cast.meera, run_id=run.pk)
    assert list(Unit.objects.filter(project=cast.meera_project)) == [cast.meera_unit]


def test_what_went_wrong_since_the_dry_run_is_found_and_nothing_is_written(cast):
    tower = TowerFactory(project=cast.meera_project, name="East")
    head = [*UNIT_HEAD, "Tower"]
    content = csv_of(head, [*unit("B-1"), ""], [*unit("B-2"), "East"])
    run = send(cast.meera, "units", cast.meera_project, content)
    tower.delete()
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert run.state == ImportState.REFUSED
    assert problems(run)[0][:2] == [3, "Tower"]
    assert not Unit.objects.filter(unit_number__startswith="B-").exists()


def test_the_same_file_twice_changes_nothing(cast):
    content = csv_of(UNIT_HEAD, unit("B-1"), unit("A-101"))
    first = send(cast.meera, "units", cast.meera_project, content)
    apply_import(actor=cast.meera, run_id=first.pk)
    entries = AuditEntry.objects.filter(object_type="projects.unit").count()
    again = apply_import(actor=cast.meera, run_id=first.pk)
    assert again.state == ImportState.APPLIED
    second = send(cast.meera, "units", cast.meera_project, content)
    assert second.counts == {"new": 0, "changed": 0, "unchanged": 2, "wrong": 0}
    apply_import(actor=cast.meera, run_id=second.pk)
    assert AuditEntry.objects.filter(object_type="projects.unit").count() == entries


def test_every_row_has_its_audit_entry_with_before_and_after(cast):
    unit_ = cast.meera_unit
    content = csv_of(["Unit number", "Price"], ["A-101", "8,000,000"])
    run = send(cast.meera, "units", cast.meera_project, content)
    apply_import(actor=cast.meera, run_id=run.pk)
    entry = AuditEntry.objects.get(object_type="projects.unit", object_id=unit_.pk)
    assert (entry.actor_id, entry.action, entry.before, entry.after) == (
        cast.meera.pk,
        "updated",
        {"price": "7500000.00"},
        {"price": "8000000.00"},
    )
    unit_.refresh_from_db()
    assert (unit_.price, unit_.bathrooms) == (Decimal("8000000.00"), 2)


def test_the_same_number_twice_in_a_file_is_a_mistake(cast):
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1"), unit("B-1")))
    assert problems(run) == [[3, "Unit number", "The same as in row 2.", "B-1"]]


def test_heads_are_understood_in_other_words_and_strangers_are_shown(cast):
    head = ["FLAT NO", "type", "level", "Area_sqft", "agreement value", "Colour"]
    run = send(cast.meera, "units", cast.meera_project, csv_of(head, [*unit("B-1"), "blue"]))
    assert (run.state, run.report["ignored_columns"]) == (ImportState.READY, ["Colour"])


def test_a_missing_or_doubled_column_is_one_error_of_the_head(cast):
    run = send(cast.meera, "units", cast.meera_project, csv_of(["Price", "price"], ["1", "2"]))
    assert problems(run) == [
        [1, "Price", "This column is there twice.", "price"],
        [1, "Unit number", "This column is missing.", ""],
    ]


def test_a_row_with_more_cells_than_the_head_is_not_guessed_at(cast):
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, [*unit("B-1"), "more"]))
    assert problems(run) == [[2, "", "This row has 6 cells, the head has 5.", "more"]]


def test_prices_that_the_currency_does_not_know_are_refused(cast):
    project = ProjectFactory(builder=cast.meera.builder, currency="JPY")
    run = send(cast.meera, "units", project, csv_of(UNIT_HEAD, unit("B-1", price="1000.50")))
    assert problems(run) == [[2, "Price", "JPY has no such fractions.", "1000.50"]]


def test_a_unit_goes_off_sale_and_keeps_its_day_otherwise(cast):
    released = cast.meera_unit.released_at
    for word in ("yes", "no"):
        content = csv_of(["Unit number", "Released"], ["A-101", word])
        run = send(cast.meera, "units", cast.meera_project, content)
        apply_import(actor=cast.meera, run_id=run.pk)
        cast.meera_unit.refresh_from_db()
        assert cast.meera_unit.released_at == (released if word == "yes" else None)


def test_the_number_of_queries_does_not_grow_with_rows(cast):
    def cost(rows: int, mark: str) -> int:
        content = csv_of(UNIT_HEAD, *[unit(f"{mark}-{n}") for n in range(rows)])
        with CaptureQueriesContext(connection) as queries:
            run = send(cast.meera, "units", cast.meera_project, content)
            assert apply_import(actor=cast.meera, run_id=run.pk).state == ImportState.APPLIED
        return len(queries)

    assert cost(1, "Q") == cost(30, "R")


# --- scope -----------------------------------------------------------------------------------------------------------


def test_another_builders_project_does_not_exist(cast):
    with pytest.raises(NotFound):
        send(cast.kiran, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))
    with pytest.raises(NotFound):
        send(cast.meera, "nonsense", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))
    assert not ImportRun.objects.exists()


def test_another_builders_unit_and_tower_are_not_found_by_their_names(cast):
    TowerFactory(project=cast.kiran_project, name="Kirans Tower")
    head = [*UNIT_HEAD, "Tower"]
    run = send(
        cast.meera, "units", cast.meera_project, csv_of(head, [*unit("K-101"), "Kirans Tower"])
    )
    assert problems(run)[0][:2] == [2, "Tower"]
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("K-101")))
    assert run.counts["new"] == 1  # a number of Kiran's says nothing about Meera's project
    apply_import(actor=cast.meera, run_id=run.pk)
    cast.kiran_unit.refresh_from_db()
    assert cast.kiran_unit.floor_number == 3


def test_runs_of_others_cannot_be_applied(cast):
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))
    with pytest.raises(ImportRun.DoesNotExist):
        apply_import(actor=cast.kiran, run_id=run.pk)


def test_customers_import_nothing(cast):
    with pytest.raises(NotAllowed):
        send(cast.asha, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))


def test_a_builder_that_lost_its_account_meanwhile_writes_nothing(cast):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(2_001)])
    run = send(cast.meera, "units", cast.meera_project, content)
    check_import(run_id=run.pk)
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert run.state == ImportState.APPLYING  # long: the worker does it
    cast.meera.is_active = False
    cast.meera.save()
    perform_import(run_id=run.pk, attempt=run.attempt)
    run.refresh_from_db()
    assert run.state == ImportState.REFUSED
    assert Unit.objects.filter(project=cast.meera_project).count() == 1


# --- long ones -------------------------------------------------------------------------------------------------------


def test_a_long_file_is_checked_and_applied_by_the_worker(cast):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(2_001)])
    run = send(cast.meera, "units", cast.meera_project, content)
    assert (run.state, run.rows) == (ImportState.CHECKING, 2_001)
    with pytest.raises(ImportIsBusy):
        apply_import(actor=cast.meera, run_id=run.pk)
    check_import(run_id=run.pk)
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert run.state == ImportState.APPLYING
    with pytest.raises(ImportIsBusy):
        apply_import(actor=cast.meera, run_id=run.pk)
    perform_import(run_id=run.pk, attempt=run.attempt)
    perform_import(run_id=run.pk, attempt=run.attempt)  # a job that comes twice
    run.refresh_from_db()
    assert (run.state, run.done) == (ImportState.APPLIED, 2_001)
    assert Unit.objects.filter(project=cast.meera_project).count() == 2_002


def test_a_run_whose_process_died_can_be_applied_again_and_the_late_one_does_nothing(cast):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(2_001)])
    run = send(cast.meera, "units", cast.meera_project, content)
    check_import(run_id=run.pk)
    first = apply_import(actor=cast.meera, run_id=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(lease_until=clock.now())
    second = apply_import(actor=cast.meera, run_id=run.pk)
    assert second.attempt == first.attempt + 1
    perform_import(run_id=run.pk, attempt=first.attempt)
    assert Unit.objects.filter(project=cast.meera_project).count() == 1
    perform_import(run_id=run.pk, attempt=second.attempt)
    run.refresh_from_db()
    assert run.state == ImportState.APPLIED
