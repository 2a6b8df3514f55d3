"""Imports in the back office: the pages, the files behind them, and who may open them."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from projects.models import Unit
from realestate.core.enums import ImportState
from realestate.core.models import ImportRun
from tests.admin.conftest import on_our_pages
from tests.factories.accounts import StaffFactory
from tests.imports.sheets import UNIT_HEAD, csv_of, send, unit

RUNS = "/admin/core/importrun/"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sana(cast) -> Client:
    return on_our_pages(cast.sana)


def sent(client, project, content, name="units.csv", kind="units"):
    body = {"kind": kind, "project": project.pk, "file": SimpleUploadedFile(name, content)}
    return client.post(f"{RUNS}add/", body, follow=True)


def test_a_file_is_checked_shown_and_applied(cast, sana):
    content = csv_of([*UNIT_HEAD, "Colour"], [*unit("B-1"), "blue"], [*unit("A-101", "7"), ""])
    page = sent(sana, cast.meera_project, content)
    run = ImportRun.objects.get()
    assert page.redirect_chain == [(f"{RUNS}{run.pk}/change/", 302)]
    text = page.content.decode()
    assert "Ready to apply" in text
    assert "Columns that are not imported: Colour." in text
    assert "<del>7500000.00</del> → <ins>7.00</ins>" in text
    assert Unit.objects.filter(project=cast.meera_project).count() == 1
    done = sana.post(f"{RUNS}{run.pk}/apply/", follow=True)
    assert "Imported." in done.content.decode()
    assert Unit.objects.filter(project=cast.meera_project).count() == 2


def test_errors_are_shown_and_can_be_taken_along_without_formulas(cast, sana):
    page = sent(sana, cast.meera_project, csv_of(UNIT_HEAD, unit("B-1", price="=1+1")))
    text = page.content.decode()
    assert "Enter a number such as 7500000.00." in text
    assert "Apply all" not in text
    run = ImportRun.objects.get()
    plain = sana.get(f"{RUNS}{run.pk}/errors/csv/").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(plain)))[1] == [
        "2",
        "Price",
        "Enter a number such as 7500000.00.",
        "'=1+1",
    ]
    book = load_workbook(io.BytesIO(sana.get(f"{RUNS}{run.pk}/errors/xlsx/").content))
    assert [cell.data_type for cell in list(book.worksheets[0].rows)[1]] == ["n", "s", "s", "s"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "The file is empty."), (b"PK\x03\x04", "but its content is something else")],
)
def test_what_is_no_table_is_said_at_the_file(cast, sana, content, says):
    page = sent(sana, cast.meera_project, content)
    assert says in page.content.decode()
    assert not ImportRun.objects.exists()


def test_a_project_is_needed_but_for_customers(sana):
    file = SimpleUploadedFile("x.csv", b"x\n1")
    page = sana.post(f"{RUNS}add/", {"kind": "units", "file": file})
    assert "Say into which project." in page.content.decode()


def test_a_long_import_shows_how_far_it_is(cast, sana):
    content = csv_of(UNIT_HEAD, *[unit(f"B-{n}") for n in range(2_001)])
    page = sent(sana, cast.meera_project, content)
    assert 'max="2001"' in page.content.decode()
    run = ImportRun.objects.get()
    assert sana.get(f"{RUNS}{run.pk}/progress/").json() == {
        "busy": True,
        "done": 0,
        "rows": 2001,
        "state": "Being checked",
    }
    assert "being worked on" in sana.post(f"{RUNS}{run.pk}/apply/", follow=True).content.decode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_empty_sheets_and_present_rows_can_be_taken_along_and_sent_back(cast, sana, form):
    address = f"{RUNS}template/units/{form}/"
    empty = sana.get(address)
    assert empty["Content-Disposition"] == f'attachment; filename="units-template.{form}"'
    present = sana.get(address, {"project": cast.meera_project.pk}).content
    run = send(cast.sana, "units", cast.meera_project, present, f"units.{form}")
    assert (run.state, run.counts["unchanged"]) == (ImportState.READY, 1), run.report
    assert sana.get(f"{RUNS}template/planets/csv/").status_code == 404
    assert sana.get(f"{RUNS}template/units/pdf/").status_code == 404


def test_lists_link_to_their_import(sana):
    assert f"{RUNS}add/?kind=units" in sana.get("/admin/projects/unit/").content.decode()
    assert "importrun/add/?kind=" not in sana.get("/admin/payments/demand/").content.decode()


def test_staff_import_and_see_only_what_their_rights_say(cast):
    run = send(cast.sana, "units", cast.meera_project, csv_of(UNIT_HEAD, unit("B-1")))
    person = StaffFactory(is_superuser=False)
    client = on_our_pages(person)
    addresses = [f"{RUNS}add/", RUNS]
    assert [client.get(address).status_code for address in addresses] == [403, 403]
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["add_customer", "change_customer"])
    )
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    choices = client.get(f"{RUNS}add/").context["form"].fields["kind"].choices
    assert list(choices) == [("customers", "Customers")]
    assert client.get(f"{RUNS}{run.pk}/change/").status_code == 302
    for page in ("progress", "errors/csv"):
        assert client.get(f"{RUNS}{run.pk}/{page}/").status_code == 404
    assert client.post(f"{RUNS}{run.pk}/apply/").status_code == 404
    assert client.get(f"{RUNS}template/units/csv/").status_code == 404
