"""Exports of lists: the same rows as on the page, typed cells, no formulas, and a line in the audit trail (G4)."""

import csv
import io
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from realestate.core.admin import export
from realestate.core.models import AuditEntry
from tests.admin.conftest import MAKERS, ON_OUR_PAGES
from tests.factories.accounts import CustomerFactory, StaffFactory
from tests.factories.payments import PaymentFactory
from tests.factories.projects import ProjectFactory, UnitFactory

OURS = sorted(
    (model for model in admin.site._registry if model in MAKERS),
    key=lambda model: model._meta.label_lower,
)
UNITS = "/admin/projects/unit/"
TRIGGERS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A1",
    " =1",
    "\x00=1",
]


def read_csv(reply) -> list[list[str]]:
    content = b"".join(reply.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def read_xlsx(reply):
    book = load_workbook(io.BytesIO(b"".join(reply.streaming_content)))
    return list(book.worksheets[0].iter_rows())


def list_address(model) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)
def test_every_list_has_an_export_that_costs_the_same_for_one_row_and_for_three(model, staff):
    def cost() -> tuple[int, set[str]]:
        with CaptureQueriesContext(connection) as queries:
            rows = read_csv(staff.get(f"{list_address(model)}export/csv/"))
        return len(queries), {row[0] for row in rows[1:]}

    first = MAKERS[model](0)
    one, keys = cost()
    assert str(first.pk) in keys
    MAKERS[model](1)
    MAKERS[model](2)
    before = model._default_manager.count()
    three, keys = cost()
    assert (three, len(keys) >= before) == (one, True)


def test_the_page_of_a_list_offers_both_forms_with_its_filters(staff):
    UnitFactory()
    page = staff.get(UNITS, {"unit_type": "2BHK"}).content.decode()
    assert 'href="export/csv/?unit_type=2BHK"' in page
    assert 'href="export/xlsx/?unit_type=2BHK"' in page


def test_an_export_honours_filter_search_and_order(staff):
    UnitFactory(unit_number="B-2", unit_type="3BHK")
    UnitFactory(unit_number="B-1", unit_type="2BHK")
    UnitFactory(unit_number="B-3", unit_type="2BHK")
    UnitFactory(unit_number="C-1", unit_type="2BHK")
    query = {"q": "B-", "unit_type": "2BHK", "o": "-1"}
    rows = read_csv(staff.get(f"{UNITS}export/csv/", query))
    place = rows[0].index("Unit number")
    assert [row[place] for row in rows[1:]] == ["B-3", "B-1"]


def test_an_unknown_filter_exports_nothing(staff):
    UnitFactory()
    assert staff.get(f"{UNITS}export/csv/", {"nonsense": "1"}).status_code == 302
    assert not AuditEntry.objects.filter(action="exported").exists()


@pytest.mark.parametrize("text", TRIGGERS)
def test_no_text_of_a_person_is_a_formula(staff, text):
    stored = text.replace("\x00", "")  # the database takes no NUL
    CustomerFactory(first_name=stored, last_name="")
    address = "/admin/accounts/customer/export"
    (_head, row) = read_csv(staff.get(f"{address}/csv/"))
    assert [
        cell for cell in row if cell.strip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and cell
    ] == []
    assert row[1] == f"'{stored.strip()}"
    (_head, cells) = read_xlsx(staff.get(f"{address}/xlsx/"))
    assert {cell.data_type for cell in cells} == {"n", "s"}
    assert cells[1].value == f"'{stored.strip()}"


def test_numbers_days_and_instants_stay_what_they_are(staff):
    payment = PaymentFactory(amount=Decimal("7500000.00"))
    head, cells = read_xlsx(staff.get("/admin/payments/payment/export/xlsx/"))
    row = dict(zip([cell.value for cell in head], cells, strict=True))
    assert (row["Amount"].value, row["Amount"].number_format) == (7_500_000, "#,##0.00")
    assert row["Amount"].data_type == "n"
    assert {cell.data_type for cell in cells} <= {"n", "s", "d"}
    days = [cell.value.date() for cell in cells if cell.data_type == "d"]
    assert payment.paid_date in days
    (_head, plain) = read_csv(staff.get("/admin/payments/payment/export/csv/"))
    assert "7500000.00" in plain


def test_the_ticked_rows_alone(staff):
    first, second = UnitFactory(unit_number="T-1"), UnitFactory(unit_number="T-2")
    UnitFactory(unit_number="T-3")
    sent = {"action": "export_csv", "_selected_action": [first.pk, second.pk]}
    rows = read_csv(staff.post(UNITS, sent))
    assert sorted(row[rows[0].index("Unit number")] for row in rows[1:]) == ["T-1", "T-2"]


def test_whoever_may_not_look_may_not_export(db):
    UnitFactory()
    person = StaffFactory(is_superuser=False)
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(person)
    assert client.get(f"{UNITS}export/csv/").status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_unit"))
    assert client.get(f"{UNITS}export/csv/").status_code == 200


def test_an_export_is_in_the_audit_trail(staff):
    UnitFactory(unit_type="2BHK")
    read_xlsx(staff.get(f"{UNITS}export/xlsx/", {"unit_type": "2BHK"}))
    entry = AuditEntry.objects.get(action="exported")
    assert entry.actor.email == "sana@example.com"
    assert entry.after == {
        "list": "projects.unit",
        "form": "xlsx",
        "rows": 1,
        "query": "unit_type=2BHK",
    }


def test_a_workbook_has_its_limit_and_csv_has_none(staff, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    project = ProjectFactory()
    UnitFactory.create_batch(3, project=project)
    page = staff.get(f"{UNITS}export/xlsx/", follow=True)
    assert page.redirect_chain == [(f"{UNITS}?", 302)]
    assert "These are 3 rows; a workbook has at most 2." in page.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()

    flowing = b"".join(staff.get(f"{UNITS}export/csv/").streaming_content)
    assert len(flowing.splitlines()) == 1 + 3


EXPORTS = (
    f"{UNITS}export/csv/",
    f"{UNITS}export/xlsx/",
    "/admin/core/importrun/template/units/csv/",
    "/admin/reports/sales.csv",
)
ELSEWHERE = {
    "a link of another site": {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"},
    "a link of another host of ours": {"sec-fetch-site": "same-site", "sec-fetch-dest": "document"},
    "a letter": {"sec-fetch-site": "none", "sec-fetch-dest": "document"},
    "a picture": {"sec-fetch-site": "same-origin", "sec-fetch-dest": "image"},
    "an old browser": {"referer": "http://testserver.evil.example/admin/"},
    "an old browser by TLS": {"referer": "https://testserver/admin/"},
    "nothing said": {},
}


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE)
def test_H10_no_export_is_started_from_elsewhere(staff, headers):
    UnitFactory()
    browser = Client(headers=headers)
    browser.cookies = staff.cookies
    for address in EXPORTS:
        assert browser.get(address).status_code == 403, address
        assert browser.post(address).status_code == 403, address
    assert not AuditEntry.objects.filter(action="exported").exists()
    assert browser.get(UNITS).status_code == 200  # links of letters open pages


@pytest.mark.parametrize(
    "headers",
    [
        ON_OUR_PAGES,
        {"sec-fetch-site": "same-origin", "sec-fetch-dest": "empty"},
        {"referer": f"http://testserver{UNITS}"},
    ],
)
def test_H10_control_pages_of_ours_start_them(staff, headers):
    browser = Client(headers=headers)
    browser.cookies = staff.cookies
    for address in EXPORTS:
        reply = browser.get(address)
        assert reply.status_code == 200, address
        assert b"".join(reply)


def test_an_export_is_read_only(staff):
    assert staff.post(f"{UNITS}export/csv/").status_code == 405
