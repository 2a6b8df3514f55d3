"""The store of files is away in the middle of an import: the worker waits for it, and nothing is refused."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import FileSystemStorage
from procrastinate.contrib.django.models import ProcrastinateJob

from projects.models import Unit
from realestate.core.enums import ImportState
from realestate.core.errors import ServiceUnavailable
from realestate.core.imports import apply_import, check_import, perform_import
from tests.imports.sheets import UNIT_HEAD, csv_of, send, unit


class WritesOnly(FileSystemStorage):
    """A store that is lost as soon as it has taken a file."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        raise EndpointConnectionError(endpoint_url=name)


@pytest.fixture
def store(settings, tmp_path):
    """A function that loses the store, or finds it again."""
    settings.MEDIA_ROOT = tmp_path
    there = settings.STORAGES
    lost = {**there, "default": {"BACKEND": f"{__name__}.WritesOnly"}}

    def turn(*, is_there: bool) -> None:
        settings.STORAGES = there if is_there else lost

    return turn


def queued() -> list[tuple[str, dict[str, int]]]:
    return list(ProcrastinateJob.objects.values_list("task_name", "args"))


@pytest.mark.parametrize("rows", [1, 2_001], ids=["short", "long"])
def test_I8_an_import_is_checked_when_the_store_is_back(cast, store, rows):
    store(is_there=False)
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(rows)])
    run = send(cast.meera, "units", cast.meera_project, content)
    assert run.state == ImportState.CHECKING
    assert queued() == [("realestate.check_import", {"run_id": run.pk})]
    with pytest.raises(ServiceUnavailable):  # so that the worker tries again
        check_import(run_id=run.pk)
    store(is_there=True)
    check_import(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["new"]) == (ImportState.READY, rows)


@pytest.mark.parametrize("rows", [1, 2_001], ids=["short", "long"])
def test_I8_an_import_is_applied_when_the_store_is_back(cast, store, rows):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(rows)])
    run = send(cast.meera, "units", cast.meera_project, content)
    check_import(run_id=run.pk)
    store(is_there=False)
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert run.state == ImportState.APPLYING
    job = ("realestate.apply_import", {"run_id": run.pk, "attempt": run.attempt})
    assert queued()[-1] == job
    with pytest.raises(ServiceUnavailable):
        perform_import(run_id=run.pk, attempt=run.attempt)
    store(is_there=True)
    perform_import(run_id=run.pk, attempt=run.attempt)
    run.refresh_from_db()
    assert run.state == ImportState.APPLIED
    assert Unit.objects.filter(project=cast.meera_project).count() == 1 + rows
