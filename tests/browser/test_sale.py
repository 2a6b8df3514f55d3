"""One sale as a builder's people make it: hold, token, confirmation, agreement; each with the role that it is for."""

import re

from playwright.sync_api import expect

from tests.browser.desk import Desk

SALES, FINANCE = "sales@test.com", "finance@test.com"
UNIT = "A-401"


def test_R5_a_sale_goes_from_a_free_unit_to_a_confirmed_booking(desk_of):
    sales = desk_of(SALES)
    number, address = book(sales)
    token = sales.fact("Token amount")

    sales.open("/admin/bookings/booking/add/")
    sales.choose("Customer", "Imran")
    sales.choose("Unit", UNIT)
    sales.press("Save")
    sales.sees("not available")  # nobody sells it twice

    finance = desk_of(FINANCE)
    receive(finance, number, token)

    sales.open(address)
    assert sales.fact("State") == "Token paid"
    sales.press("Confirm")
    sales.look()
    assert sales.fact("State") == "Confirmed"
    sales.picture("admin-booking")

    finance.open(address)
    ledger = finance.page.locator(".neighbours").get_by_role("link", name=re.compile("^Ledger"))
    ledger.click()
    finance.look()
    finance.sees(token)


def book(sales: Desk) -> tuple[str, str]:
    """Hold a free unit for a customer; the booking's number and its page."""
    page = sales.open("/admin/bookings/booking/add/")
    sales.choose("Customer", "Imran")
    sales.choose("Unit", UNIT)
    sales.press("Save and continue editing")
    sales.look()
    assert sales.fact("State") == "On hold"
    # The price list's, whatever anybody types.
    assert sales.fact("Agreement value") == "₹70,54,000.00"
    number = page.locator("#content h2").first.inner_text()
    return number, page.url.removeprefix(sales.site)


def receive(finance: Desk, number: str, amount: str) -> None:
    """Record a bank transfer."""
    page = finance.open("/admin/payments/payment/add/")
    finance.choose("Booking", number)
    page.get_by_label("Payment type").select_option("Token")
    page.get_by_label("Amount").fill(re.sub(r"[^\d.]", "", amount))
    page.get_by_label("Payment method").select_option("Bank transfer")
    page.get_by_label("Transaction id").fill("UTR-2026-0001")
    page.get_by_role("link", name="Today").first.click()
    finance.press("Save")
    finance.look()
    expect(page.get_by_text("was added successfully")).to_be_visible()


# Which controls of the page have had the focus, and which a person sees.
REACHED = """() => {
  window.reached = new Set();
  document.addEventListener("focusin", (event) => window.reached.add(event.target));
}"""
LEFT_OUT = """() => [...document.querySelectorAll("#content :is(a[href], button, input, select, textarea, summary)")]
  .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.disabled)
  .filter((control) => control.type !== "hidden" && control.tabIndex !== -1)
  .filter((control) => !window.reached.has(control))
  .map((control) => control.outerHTML)"""


def test_every_control_of_a_booking_is_reached_with_the_keyboard(desk_of):
    desk = desk_of(SALES)
    page = desk.open("/admin/bookings/booking/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_load_state()
    page.evaluate(REACHED)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")  # past the menu

    for _ in range(200):
        page.keyboard.press("Tab")

    assert page.evaluate("window.reached.size") > 30
    assert page.evaluate(LEFT_OUT) == []
