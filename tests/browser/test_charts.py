"""A dashboard: charts are drawn, and their numbers are one click away, on the page and as a file."""

import csv
import io

import pytest
from playwright.sync_api import expect

STAFF = "staff@test.com"
IS_DRAWN = """(canvas) => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(pixels.buffer)).size > 5;
}"""


@pytest.mark.parametrize("name", ["sales", "collections", "service"])
def test_every_chart_of_a_dashboard_is_drawn_from_the_numbers_below_it(desk_of, name):
    desk = desk_of(STAFF)
    page = desk.open(f"/admin/dashboard/{name}/")
    charts = page.locator("canvas[data-chart]")
    expect(charts.first).to_be_visible()
    for place in range(charts.count()):
        page.wait_for_function(IS_DRAWN, arg=charts.nth(place).element_handle())
    if name == "sales":
        desk.picture("admin-sales")


def test_the_numbers_of_a_chart_are_one_click_away_and_the_same_as_a_file(desk_of):
    desk = desk_of(STAFF)
    page = desk.open("/admin/dashboard/sales/")
    card = page.get_by_role("region", name="Sales velocity", exact=True)
    card.get_by_text("Numbers", exact=True).click()
    table = card.get_by_role("table")
    expect(table).to_be_visible()
    desk.look()
    months = [row.get_by_role("rowheader").inner_text() for row in table.locator("tbody tr").all()]

    with page.expect_download() as download:
        card.get_by_role("link", name="CSV of Sales velocity").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + len(months)
