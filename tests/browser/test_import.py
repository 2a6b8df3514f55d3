"""A file of units with errors: each is said with its row, nothing changes; the mended file is imported whole."""

import re

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.imports.sheets import UNIT_HEAD, csv_of, unit

STAFF = "staff@test.com"
PROJECT = "Sahyadri Meadows (Sahyadri Habitat)"


def send(desk: Desk, *rows: list[str]) -> None:
    """Choose the file as people do."""
    page = desk.open("/admin/core/importrun/add/")
    page.get_by_label("What the file holds").select_option("Units")
    page.get_by_label("Project:", exact=True).select_option(PROJECT)
    content = csv_of(UNIT_HEAD, *rows)
    page.get_by_label("File:", exact=True).set_input_files(
        {"name": "units.csv", "mimeType": "text/csv", "buffer": content}
    )
    desk.press("Check the file")
    desk.look()


def test_an_import_with_errors_changes_nothing_and_says_which_rows_to_correct(desk_of):
    desk = desk_of(STAFF)
    send(desk, unit("Z-101"), unit("Z-102", price="a lot"))
    table = desk.page.get_by_role("table", name=re.compile("The first 1 of 1 error", re.IGNORECASE))
    expect(table.get_by_role("row").nth(1)).to_contain_text("a lot")
    expect(table.get_by_role("row").nth(1)).to_contain_text("3")
    expect(desk.page.get_by_role("button", name=re.compile("^Apply"))).to_have_count(0)
    desk.picture("admin-import")

    send(desk, unit("Z-101"), unit("Z-102"))
    desk.press("Apply all 2 rows")
    expect(desk.page.get_by_text("2 rows").first).to_be_visible()
    desk.look()

    page = desk.open("/admin/projects/unit/?q=Z-10")
    names = page.locator("#result_list tbody th").all_inner_texts()
    assert names == ["Z-101", "Z-102"]
