"""Old imports go, with the files that were sent; what they imported stays."""

from datetime import timedelta

import pytest

from projects.models import Unit
from realestate.core import clock
from realestate.core.enums import ImportState
from realestate.core.files import clean_files
from realestate.core.imports import apply_import, purge_imports
from realestate.core.imports.purging import KEPT
from realestate.core.models import AuditEntry, ImportRun, StoredFile
from tests.imports.sheets import UNIT_HEAD, csv_of, send, unit


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_imports_of_ninety_days_ago_go_with_their_files_and_their_rows_stay(cast):
    old, new = (
        send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit(number)))
        for number in ("B-1", "B-2")
    )
    apply_import(actor=cast.meera, run_id=old.pk)
    long_ago = clock.now() - KEPT - timedelta(seconds=1)
    ImportRun.objects.filter(pk=old.pk).update(created_at=long_ago)
    StoredFile.objects.filter(pk__in=[old.file_id, old.table_id]).update(created_at=long_ago)

    assert purge_imports() == 1
    clean_files()

    assert list(ImportRun.objects.all()) == [new]
    left = StoredFile.objects.values_list("pk", flat=True)
    assert set(left) == {new.file_id, new.table_id}
    assert Unit.objects.filter(unit_number="B-1").exists()
    removed = AuditEntry.objects.filter(object_type="core.importrun", action="removed")
    assert [entry.object_id for entry in removed] == [old.pk]
    assert purge_imports() == 0


@pytest.mark.parametrize("state", [ImportState.CHECKING, ImportState.APPLYING])
def test_an_import_that_is_being_worked_on_stays(cast, state):
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))
    ImportRun.objects.filter(pk=run.pk).update(state=state, created_at=clock.now() - 2 * KEPT)
    assert purge_imports() == 0
