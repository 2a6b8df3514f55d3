"""The stacking plan: colours with letters, the keyboard, and a sale elsewhere that appears by itself."""

import re

from playwright.sync_api import expect

from tests.browser.desk import Desk

SALES = "sales@test.com"
FREE = re.compile(r"^A-\d+.*available", re.IGNORECASE)


def plan(desk: Desk) -> None:
    """The plan of the first project, tower A."""
    desk.open("/admin/stacking/")
    desk.press("Sahyadri Meadows", role="link")
    desk.look()


def test_the_stacking_plan_is_read_without_colour_and_walked_with_arrows(desk_of):
    desk = desk_of(SALES)
    plan(desk)
    desk.picture("admin-stacking")
    cells = desk.page.locator("a.house-unit")
    letters = set(cells.locator(".house-letter").all_inner_texts())
    assert len(letters) > 1
    assert all(len(letter) == 1 for letter in letters)

    cells.first.focus()
    first = cells.first.get_attribute("href")
    desk.page.keyboard.press("ArrowRight")
    focused = desk.page.evaluate("document.activeElement.getAttribute('href')")
    assert focused != first
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/admin/projects/unit/*/change/**")
    desk.look()


def test_a_unit_that_is_blocked_elsewhere_changes_before_the_reader_s_eyes(desk_of):
    reader, other = desk_of(SALES), desk_of("builder@test.com")
    plan(reader)
    cell = reader.page.get_by_role("link", name=FREE).first
    address = cell.get_attribute("href")
    assert address is not None

    other.open(address)
    other.press("Block")
    other.look()

    watched = reader.page.locator(f'a.house-unit[href="{address}"]')
    expect(watched).to_have_attribute(
        "aria-label", re.compile("blocked", re.IGNORECASE), timeout=20_000
    )
    expect(reader.page.locator("#house-news")).to_contain_text("Changed: ")
    other.press("Unblock")
