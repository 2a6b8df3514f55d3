"""One browser's window on the back office: what people do there, and what they must never see."""

import base64
import time
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django_otp.oath import TOTP
from playwright.sync_api import BrowserContext, Page, expect

PASSWORD = "password123"  # of the demo's people
SERIOUS = {"serious", "critical"}
# Style sheets stay where they are: axe would fetch them again by addresses that only it computes.
RULES = {"resultTypes": ["violations"], "preload": False}
STEP = 30  # seconds that a code lives
ENOUGH = 5  # seconds in which it is typed and sent


class Desk:
    """A page with what its console said. Every page that is opened through it is checked for accessibility."""

    def __init__(self, site: str, context: BrowserContext, pictures: Path) -> None:
        self.site, self.pictures = site, pictures
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def open(self, path: str) -> Page:
        """Go to a page of the back office, look at it as axe-core does, and return it."""
        answer = self.page.goto(self.site + path)
        assert answer is not None, path
        assert answer.status == 200, (path, answer.status)
        self.look()
        return self.page

    def look(self) -> None:
        """No serious violation of an accessibility rule on the page as it stands."""
        found = Axe().run(self.page, options=RULES).response["violations"]
        serious = {
            rule["id"]: [node["html"][:200] for node in rule["nodes"]][:3]
            for rule in found
            if rule["impact"] in SERIOUS
        }
        assert serious == {}, (self.page.url, serious)

    def press(self, name: str, *, role: Any = "button") -> None:
        """Press what is called so, and wait for the page that follows."""
        self.page.get_by_role(role, name=name, exact=True).click()
        self.page.wait_for_load_state()

    def choose(self, label: str, text: str) -> None:
        """Find a row in a box to choose from, with the keyboard alone, and wait until it stands there."""
        box = self.page.get_by_role("combobox", name=label, exact=True)
        box.focus()
        self.page.keyboard.press("Enter")
        field = self.page.locator(".select2-container--open .select2-search__field")
        expect(field).to_be_focused()
        field.press_sequentially(text)
        self.page.locator(".select2-results__option--highlighted", has_text=text).wait_for()
        self.page.keyboard.press("Enter")
        expect(box).to_contain_text(text)

    def fact(self, label: str) -> str:
        """What a form shows beside a label, for a fact that cannot be changed there."""
        label_of = f"//label[normalize-space()='{label}:']"
        shown = self.page.locator(
            f"xpath={label_of}/following-sibling::*[contains(@class, 'readonly')]"
        )
        return shown.inner_text().strip()

    def picture(self, name: str) -> None:
        """For the README."""
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def sees(self, text: str) -> None:
        """A text stands on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()


def enter(desk: Desk, email: str) -> tuple[str, str]:
    """Log in for the first time: password, set-up of a second factor. Returns the app's secret and the used code."""
    page = desk.open("/admin/login/")
    give_password(desk, email)
    desk.look()
    secret = page.locator("code.secret").inner_text()
    given = code(secret)
    page.get_by_label("Code from your app").fill(given)
    desk.press("Confirm")
    return secret, given


def give_password(desk: Desk, email: str) -> None:
    """The first step."""
    desk.page.get_by_label("E-mail").fill(email)
    desk.page.get_by_label("Password").fill(PASSWORD)
    desk.press("Log in")


def code(secret: str, *, used: str = "") -> str:
    """What the app shows, once that is another code than the used one and stands for long enough to be sent.

    A code is taken in its own thirty seconds only, and once: people wait for the next one too.
    """
    app = TOTP(base64.b32decode(secret.replace(" ", "")), step=STEP)
    while STEP - time.time() % STEP < ENOUGH or f"{app.token():06d}" == used:
        # The server is a process of its own: nobody can move its clock to the next code.
        time.sleep(0.1)
    return f"{app.token():06d}"
