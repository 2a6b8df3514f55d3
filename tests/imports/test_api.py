"""Imports over HTTP: a dry run, its report, applying it; the same request twice; and what is refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Unit
from realestate.core.models import ImportRun
from tests.imports.sheets import UNIT_HEAD, csv_of, send, unit, xlsx_of


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(content: bytes, name: str = "units.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def post(api, project, content, name="units.csv", *, kind="units", **headers):
    body = {"kind": kind, "project_id": project.pk, "file": upload(content, name)}
    return api.post("/api/imports", body, format="multipart", headers=headers)


def test_a_builder_sends_checks_and_applies_units(as_, cast):
    api = as_(cast.meera)
    reply = post(api, cast.meera_project, xlsx_of(UNIT_HEAD, unit("B-1"), unit("B-2")), "u.xlsx")
    assert reply.status_code == 201
    body = reply.json()
    assert (body["state"], body["rows"], body["project_id"]) == ("ready", 2, cast.meera_project.pk)
    assert body["counts"] == {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0}
    assert body["changes"][0] == {"row": 2, "action": "new", "key": "B-1", "fields": {}}
    address = f"/api/imports/{body['id']}"
    assert api.get(address).json() == body
    applied = api.post(f"{address}/apply")
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    assert api.post(f"{address}/apply").json() == applied.json()
    assert Unit.objects.filter(project=cast.meera_project).count() == 3


def test_errors_are_named_by_row_and_column(as_, cast):
    reply = post(as_(cast.meera), cast.meera_project, csv_of(UNIT_HEAD, unit("B-1", "much")))
    assert reply.json()["problems"] == [
        {
            "row": 2,
            "column": "Price",
            "message": "Enter a number such as 7500000.00.",
            "value": "much",
        }
    ]
    refused = as_(cast.meera).post(f"/api/imports/{reply.json()['id']}/apply")
    assert (refused.status_code, refused.json()["code"]) == (422, "import_has_problems")


def test_a_key_gives_the_first_answer_again_and_knows_another_file(as_, cast):
    api, key = as_(cast.meera), {"Idempotency-Key": "units-of-may"}
    content = csv_of(UNIT_HEAD, unit("B-1"))
    first = post(api, cast.meera_project, content, **key)
    again = post(api, cast.meera_project, content, **key)
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    other = post(api, cast.meera_project, csv_of(UNIT_HEAD, unit("B-2")), **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert ImportRun.objects.count() == 1
    address = f"/api/imports/{first.json()['id']}/apply"
    answers = [api.post(address, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "u.csv", 422, "sheet_not_readable"),
        (b"\x00" * 10, "u.csv", 422, "sheet_not_readable"),
        (b"Unit number\n" + b"A\n" * 20_001, "u.csv", 422, "sheet_too_large"),
        (b"A" * 10_000_001, "u.csv", 413, "file_too_large"),
    ],
)
def test_files_that_are_no_tables(as_, cast, content, name, status, code):
    reply = post(as_(cast.meera), cast.meera_project, content, name)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert not ImportRun.objects.exists()


def test_a_run_that_is_worked_on_says_so(as_, cast):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(2_001)])
    reply = post(as_(cast.meera), cast.meera_project, content)
    assert reply.json()["state"] == "checking"
    busy = as_(cast.meera).post(f"/api/imports/{reply.json()['id']}/apply")
    assert (busy.status_code, busy.json()["code"]) == (409, "import_busy")
    assert busy["Retry-After"] == "2"


def test_projects_of_others_and_unknown_kinds_do_not_exist(as_, cast):
    content = csv_of(UNIT_HEAD, unit("B-1"))
    assert post(as_(cast.kiran), cast.meera_project, content).status_code == 404
    assert post(as_(cast.meera), cast.meera_project, content, kind="planets").status_code == 404


def test_a_report_holds_no_price_of_another_builder(as_, cast):
    Unit.objects.filter(pk=cast.kiran_unit.pk).update(price=1_234_567)
    run = send(cast.meera, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("K-101")))
    assert "1234567" not in as_(cast.meera).get(f"/api/imports/{run.pk}").content.decode()
    assert as_(cast.kiran).get(f"/api/imports/{run.pk}").status_code == 404
