"""The platform is started once, Chromium too; people log in once, with their second factor, and keep their session."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.desk import Desk, enter
from tests.browser.platform import platform

# Without these it asks hosts of its maker for updates at every start; the sandbox does not work for root.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WINDOW = {"width": 1400, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is one of the browser's: ``make test-browser`` runs them, ``make test`` does not."""
    for item in items:
        if "browser" in Path(item.path).parent.name:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a platform with the demo's data."""
    with platform(tmp_path_factory.mktemp("platform")) as address:
        yield address


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures for the README go: ``SCREENSHOTS``, or a folder that git does not know."""
    folder = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or the one that ``CHROMIUM`` names."""
    program = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    assert program, "No Chromium here. On Debian and Ubuntu: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, object]:
    """Who is logged in, with which cookies: a code of the second factor works once, so people log in once."""
    return {}


@pytest.fixture
def desk_of(
    site: str, chromium: Browser, pictures: Path, sessions: dict[str, object]
) -> Iterator[Callable[[str], Desk]]:
    """A person's window, logged in; at the end no console may have complained."""
    opened: list[tuple[BrowserContext, Desk]] = []

    def window(email: str) -> Desk:
        known = sessions.get(email)
        context = chromium.new_context(viewport=WINDOW, storage_state=known)
        desk = Desk(site, context, pictures)
        opened.append((context, desk))
        if known is None:
            enter(desk, email)
            sessions[email] = context.storage_state()
        return desk

    yield window
    for context, _desk in opened:
        context.close()
    assert [desk.errors for _context, desk in opened if desk.errors] == []


@pytest.fixture
def stranger(site: str, chromium: Browser, pictures: Path) -> Iterator[Desk]:
    """A window of somebody who has not logged in."""
    context = chromium.new_context(viewport=WINDOW)
    desk = Desk(site, context, pictures)
    yield desk
    context.close()
    assert desk.errors == []
