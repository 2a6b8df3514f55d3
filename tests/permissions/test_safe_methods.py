"""H10: who only asks changes nothing: every GET of the API and of the back office, and every table of the database."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import URLPattern

from realestate.reports.dashboard.catalogue import DASHBOARDS, REPORTS
from tests.admin.conftest import MAKERS, ON_OUR_PAGES
from tests.permissions.test_matrix import LINES, client_of, content_of
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
CALLERS = ("anonymous", "asha", "meera", "sana")
SETUP = "/admin/second-factor/setup/"
# When a login was last used, by what a list was filtered, how often somebody has asked: of the person who asks, in no
# other's hands. And what triggers note of a write, which stands here itself.
BESIDES = {
    *("django_session", "core_ratecounter"),
    *("core_auditstream", "core_rowchange", "notifications_signal"),
}
# Each GET that writes, with the tables, and why that is no door for other sites.
WRITES = {
    # The contract has it so that who reads a conversation has read it; that asks for a token in a header, which no
    # other site can send.
    "messages_history": {"messaging_message"},
    # Drawn and kept by whoever is first, the job or a reader; it is the same paper, and asks for such a token too.
    "bookings_download_agreement": {"bookings_agreement", "core_auditentry", "core_storedfile"},
}
WRITES_OF_PAGES = {
    # They answer only to pages of ours (tests/admin/test_export.py).
    "export": {"core_auditentry"},
    # A second factor that nobody has confirmed is worth nothing, and one's own session alone knows it.
    "setup": {"otp_totp_totpdevice"},
}


def written() -> dict[str, int]:
    """Table -> how many rows this transaction has inserted, updated and deleted until now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return dict(cursor.fetchall())


class Watch:
    """Which tables were written since it was last asked."""

    def __init__(self) -> None:
        self._before = written()

    def seen(self) -> set[str]:
        """Their names, but for those of ``BESIDES``."""
        before, self._before = self._before, written()
        now = {table for table, rows in self._before.items() if rows != before.get(table, 0)}
        return now - BESIDES


def test_H10_no_get_of_the_api_changes_a_row(world, record_property):
    clients = {caller: client_of(world, caller) for caller in CALLERS}
    asked, found, watch = 0, {}, Watch()
    for line, operation, row in LINES:
        if operation.method != "get":
            continue
        for client in clients.values():
            reply = client.get(operation.url(row, world))
            assert reply.status_code < 500, line
            content_of(reply)  # what flows is made while it is read
            asked += 1
        if tables := watch.seen():
            found.setdefault(operation.name, set()).update(tables)
    assert found == WRITES
    assert asked > 300
    record_property("counted", {"requests": asked})


def test_H10_control_a_row_that_is_written_is_seen(cast):
    watch = Watch()
    assert watch.seen() == set()
    cast.asha.customer.save()
    assert watch.seen() >= {"accounts_customer"}
    assert watch.seen() == set()


def filled(route: str, names: list[str], keys: dict[str, list[str]]) -> Iterator[str]:
    """The addresses that a route stands for, with each of the words that are known for its marks."""
    if not names:
        yield route
        return
    start, _, more = route.partition("<")
    end = more.partition(">")[2]
    for key in keys.get(names[0], []):
        yield from filled(f"{start}{key}{end}", names[1:], keys)


def of_patterns(prefix: str, patterns, keys: dict[str, list[str]]) -> Iterator[str]:
    """The addresses of patterns that have no pattern within them; Django's catch-alls are none."""
    for each in patterns:
        if isinstance(each, URLPattern) and "(?P" not in str(each.pattern):
            yield from filled(f"{prefix}{each.pattern}", [*each.pattern.converters], keys)


def pages(world: World) -> dict[str, list[str]]:
    """Every address of the back office that can be asked for, by table; exports by themselves."""
    shared = {
        "name": [*DASHBOARDS, *REPORTS, "accounts.purge_sessions"],
        "project_id": [str(world.project)],
        "kind": ["units", "customers"],
        "form": ["csv", "xlsx"],
    }
    site = [*of_patterns("/admin/", admin.site.get_urls(), shared)]
    assert SETUP in site
    found = {
        "documents": [f"/admin/bookings/booking/{world.booking}/documents/"],
        "site": [address for address in site if address != SETUP and ".csv" not in address],
        "setup": [SETUP],
        "export": [address for address in site if ".csv" in address],
    }
    for model, page in admin.site._registry.items():
        row = model._default_manager.order_by("-pk").first()
        if row is None and model in MAKERS:
            row = MAKERS[model](0)
        own = str(row.pk) if row else "1"
        acts = [*getattr(page, "object_actions", {})]
        keys = shared | {"pk": [own], "object_id": [own], "action": acts}
        label = model._meta.label_lower
        for address in of_patterns(f"/admin/{label.replace('.', '/')}/", page.get_urls(), keys):
            is_export = "/export/" in address or "/template/" in address
            found.setdefault("export" if is_export else label, []).append(address)
    present = f"/admin/core/importrun/template/units/csv/?project={world.project}"
    return {**found, "export": [*found["export"], present]}


def test_H10_no_get_of_the_back_office_changes_a_row(world, record_property):
    walked, shown, found = pages(world), 0, {}
    browser = Client(headers=ON_OUR_PAGES)
    browser.force_login(world.cast.sana)
    watch = Watch()
    for group, addresses in walked.items():
        for address in addresses:
            reply = browser.get(address)
            assert reply.status_code < 500, address
            shown += reply.status_code == 200
            content_of(reply)
        if tables := watch.seen():
            found[group] = tables
    assert found == WRITES_OF_PAGES
    assert shown > 300
    assert browser.get("/admin/").status_code == 200  # nobody was logged out by a link
    record_property("counted", {"pages": shown})
