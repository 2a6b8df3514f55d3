"""Every page that the menu leads to, its first row and that row's history: accessible, and nothing in the console."""

import pytest

STAFF, OWNER = "staff@test.com", "builder@test.com"
FIRST = "#result_list tbody tr:first-child th a"


@pytest.mark.parametrize("email", [STAFF, OWNER])
def test_every_page_of_the_menu_is_accessible_and_without_a_complaint_of_the_browser(
    desk_of, email
):
    desk = desk_of(email)
    desk.open("/admin/")
    links = desk.page.locator(".house-menu th a")
    addresses = [link.get_attribute("href") for link in links.all()]
    assert len(addresses) > 40
    for address in addresses:
        desk.open(address)
        first = desk.page.locator(FIRST)
        if first.count():
            row = first.first.get_attribute("href")
            desk.open(row)
        if desk.page.get_by_role("link", name="History").count():
            desk.press("History", role="link")
            desk.look()


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_the_pages_of_the_api_open_without_a_complaint_of_the_browser(stranger, path):
    page = stranger.page
    page.goto(stranger.site + path)
    page.get_by_text("Real estate platform").first.wait_for()
    page.wait_for_load_state("networkidle")
    # ReDoc asks its maker for a logo; the page's policy lets it ask nobody.
    stranger.errors[:] = [error for error in stranger.errors if "redoc/logo-mini.svg" not in error]
    if path == "/api/docs":
        stranger.picture("api-docs")
