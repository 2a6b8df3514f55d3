"""The back office's dashboards: charts and their numbers, files, whose they are, what they cost, and rights."""

import csv
import io
import json
import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.enums import TeamRole
from realestate.core import clock
from realestate.core.models import AuditEntry
from realestate.reports.dashboard import tables
from realestate.reports.dashboard.catalogue import DASHBOARDS, REPORTS, Figures
from realestate.reports.dashboard.scope import Scope
from tests.admin.conftest import ON_OUR_PAGES
from tests.cast import Cast
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.reports.test_dashboard_api import fill

each_dashboard = pytest.mark.parametrize("name", DASHBOARDS)
each_report = pytest.mark.parametrize("name", REPORTS)
# Session, user, the reports, currencies, the builder's name: see tests/reports for each report.
QUERIES = {"sales": 5, "collections": 12, "service": 7}


@pytest.fixture
def desk(cast: Cast) -> Client:
    """A browser in which Sana of the cast is logged in."""
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(cast.sana)
    return client


def charts_of(page: str) -> dict[str, dict]:
    found = re.findall(r'<script id="chart-(\w+)" type="application/json">(.*?)</script>', page)
    return {name: json.loads(text) for name, text in found}


def lines_of(reply) -> list[list[str]]:
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))


@each_dashboard
def test_every_chart_has_its_numbers_and_its_file(cast: Cast, desk: Client, name):
    fill(cast.meera_project)
    page = desk.get(f"/admin/dashboard/{name}/")
    cards = page.context["cards"]
    assert [card["report"] for card in cards] == list(DASHBOARDS[name][1])
    drawn = charts_of(page.content.decode())
    for card in cards:
        chart, table = drawn[card["report"].name], card["table"]
        assert (
            len(chart["labels"]) == len(table["body"]) == len(lines_of(desk.get(card["csv"]))) - 1
        )
        assert [row[0]["text"] for row in table["body"]] == chart["labels"]
        assert desk.get(card["list"]).status_code == 200
    inline = re.findall(
        r"<script(?![^>]*(?:src=|application/json))|<style| style=| onclick=", page.content.decode()
    )
    assert inline == []


def test_the_front_page_is_the_dashboard_and_keeps_the_menu(cast: Cast, desk: Client):
    page = desk.get("/admin/")
    assert [tab["title"] for tab in page.context["dashboards"] if tab["is_shown"]] == ["Sales"]
    assert page.context["is_nav_sidebar_enabled"] is True
    assert "toggle-nav-sidebar" in page.content.decode()


def test_tiles_say_what_the_rows_below_them_add_up_to(cast: Cast, desk: Client):
    # Books another unit of 75 lakh; demands 100,000, which is late; receives 100,000.
    fill(cast.meera_project)
    found = {
        tile["label"]: (str(tile["value"]), tile["is_alarming"])
        for name in DASHBOARDS
        for tile in desk.get(f"/admin/dashboard/{name}/").context["tiles"]
    }
    assert found == {
        "Bookings this month": ("1", False),
        "Value this month": ("₹75.00\N{NO-BREAK SPACE}L", False),
        "Free units": ("2", False),
        "Reserved now": ("0", False),
        "Received this month": ("₹1.00\N{NO-BREAK SPACE}L", False),
        "Overdue": ("₹1.00\N{NO-BREAK SPACE}L", True),
        "Due this month": ("₹0", False),
        "Late stages": ("0", False),
        "Appointments in 7 days": ("1", False),
        "Questions without an answer": ("1", True),
        "Change requests without a quote": ("0", False),
    }


@each_report
def test_empty_states_say_so_and_are_no_chart(cast: Cast, desk: Client, name):
    report = REPORTS[name]
    scope = Scope(user=cast.kiran, now=clock.now())
    rows = Figures(scope).rows(report)
    if name == "stock":  # Kiran has one unit
        rows = []
    assert tables.is_empty(report, rows)
    cast.kiran_unit.delete()
    query = {"builder": cast.kiran.pk}
    dashboard = next(key for key, (_t, reports) in DASHBOARDS.items() if report in reports)
    page = desk.get(f"/admin/dashboard/{dashboard}/", query).content.decode()
    assert (report.empty in page, f'id="chart-{name}"' in page) == (True, False)


@each_report
def test_R21_the_file_and_the_page_are_of_the_chosen_builder(cast: Cast, desk: Client, name):
    before = lines_of(desk.get(f"/admin/reports/{name}.csv", {"builder": cast.meera.pk}))
    fill(cast.kiran_project)  # the canary
    after = lines_of(desk.get(f"/admin/reports/{name}.csv", {"builder": cast.meera.pk}))
    everybody = lines_of(desk.get(f"/admin/reports/{name}.csv"))
    assert before == after != everybody
    project = {"builder": cast.meera.pk, "project": cast.kiran_project.pk}
    assert lines_of(desk.get(f"/admin/reports/{name}.csv", project))[1:] != after[1:]


@each_report
def test_R21_a_builders_sales_person_gets_that_builders_file_whatever_it_asks_for(cast: Cast, name):
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(MemberFactory(employer=cast.meera.builder, team_role=TeamRole.SALES))
    address, kiran = f"/admin/reports/{name}.csv", {"builder": cast.kiran.pk}
    before = lines_of(client.get(address))
    fill(cast.kiran_project)  # the canary
    assert lines_of(client.get(address)) == before
    assert lines_of(client.get(address, kiran)) == before
    assert lines_of(client.get(address, {"project": cast.kiran_project.pk})) == before


@each_dashboard
def test_R21_no_dashboard_shows_a_word_of_another_builder(cast: Cast, name):
    fill(cast.kiran_project)
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(MemberFactory(employer=cast.meera.builder))
    foreign = {"builder": cast.kiran.pk, "project": cast.kiran_project.pk}
    for query in ({}, foreign):
        page = client.get(f"/admin/dashboard/{name}/", query)
        assert (page.status_code, "Kiran" in page.content.decode()) == (200, False)
        assert "builder" not in page.context["filter_form"].fields


def test_R21_people_of_the_site_see_no_money(cast: Cast):
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(MemberFactory(employer=cast.meera.builder, team_role=TeamRole.SITE))
    shown = [tab["title"] for tab in client.get("/admin/").context["dashboards"]]
    assert shown == ["Sales", "Site and service"]
    found = {
        name for name in REPORTS if client.get(f"/admin/reports/{name}.csv").status_code == 403
    }
    assert found == {"collections", "ageing", "forecast", "responses"}


def test_a_choice_that_is_no_choice_is_an_error_of_the_form(cast: Cast, desk: Client):
    page = desk.get(
        "/admin/", {"project": "0", "months": "5", "builder": "\x00 abc", "currency": "x" * 9}
    )
    assert page.status_code == 200
    assert sorted(page.context["filter_form"].errors) == [
        "builder",
        "currency",
        "months",
        "project",
    ]


def test_rights_decide_about_charts_files_and_pages(cast: Cast):
    person = StaffFactory(email="site@example.com", is_superuser=False)
    person.user_permissions.set(Permission.objects.filter(codename="view_milestone"))
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(person)
    page = client.get("/admin/")
    assert [tab["title"] for tab in page.context["dashboards"]] == ["Site and service"]
    assert [card["report"].name for card in page.context["cards"]] == ["stages"]
    found = {name: client.get(f"/admin/reports/{name}.csv").status_code for name in REPORTS}
    assert found == {name: 200 if name == "stages" else 403 for name in REPORTS}
    assert client.get("/admin/dashboard/sales/").status_code == 404
    assert client.get("/admin/dashboard/nonsense/").status_code == 404
    assert client.get("/admin/reports/nonsense.csv").status_code == 404
    person.user_permissions.clear()
    assert client.get("/admin/").context["cards"] == []
    client.logout()
    assert client.get("/admin/reports/stages.csv").status_code == 302


def test_files_have_plain_numbers_and_words(cast: Cast, desk: Client):
    fill(cast.meera_project)
    ageing = lines_of(desk.get("/admin/reports/ageing.csv"))
    assert ageing == [
        ["Past due", "Open, INR"],
        ["Not due yet", "0.00"],
        ["1 to 30 days", "100000.00"],
        ["31 to 60 days", "0.00"],
        ["61 to 90 days", "0.00"],
        ["More than 90 days", "0.00"],
    ]
    sales = desk.get("/admin/reports/sales.csv", {"months": 3})
    assert (
        sales["Content-Disposition"] == f'attachment; filename="sales-{clock.today():%Y-%m-%d}.csv"'
    )
    assert lines_of(sales)[-1] == [f"{clock.today():%Y-%m}", "1", "1045.50", "7500000.00", "0"]


def test_cells_that_a_spreadsheet_would_run_are_made_harmless():
    rows = [["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "a=b", -5, ""]]
    read = list(csv.reader(io.StringIO(tables.sheet(["=A"], rows).decode("utf-8-sig"), newline="")))
    assert read == [["'=A"], ["'=1+1", "'+1", "'-1", "'@A1", "'\tx", "'\rx", "a=b", "-5", ""]]


@each_dashboard
@pytest.mark.parametrize("count", [1, 3])
def test_dashboards_cost_the_same_for_one_row_and_for_three(
    cast: Cast, desk: Client, name, count, django_assert_num_queries
):
    for _ in range(count):
        fill(cast.meera_project)
    with django_assert_num_queries(QUERIES[name]):
        desk.get(f"/admin/dashboard/{name}/")


def test_I10_a_report_that_leaves_the_house_is_in_the_audit_trail(cast: Cast, desk: Client):
    rows = lines_of(desk.get("/admin/reports/ageing.csv", {"builder": cast.meera.pk}))
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor_id, entry.after) == (
        cast.sana.pk,
        {
            "list": "report ageing",
            "form": "csv",
            "rows": len(rows) - 1,
            "query": f"builder={cast.meera.pk}",
        },
    )
