"""Two machines behind a proxy: whatever begins at one goes on at the other, and one at a time may be away (8)."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from urllib.parse import urlencode, urlsplit

import requests
from django.db import connection
from websockets.sync.client import connect

from benchmarks.servers import HOST
from benchmarks.stage import free_port
from drills import cluster, people
from drills.callers import Call, Callers
from drills.cluster import Node
from drills.load import Load
from drills.people import Person
from drills.report import Promise, progress
from tests.factories.accounts import StaffFactory

PASSWORD = "a-long-password-for-drills"  # noqa: S105  # of people who live as long as this run
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
CLIENTS = 8
AWAY = 3.0  # seconds without one machine
TICKS = 130  # seconds in which every minute's jobs come due twice
TWICE = """
    SELECT count(*) FILTER (WHERE times > 1), count(*) FROM (
        SELECT count(*) AS times FROM procrastinate_jobs WHERE args ? 'timestamp'
        GROUP BY task_name, args ->> 'timestamp') ticks
"""


def run(database: str, *, quick: bool) -> list[Promise]:
    """What must not matter: where somebody was before."""
    rounds = 5 if quick else 50
    people.town(3_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd, units = people.customers(40), iter(people.free_units(1_500))
    people.with_password([person.pk for person in crowd], PASSWORD)
    door = free_port()
    with cluster.shared(database, door) as alike, cluster.machines("AB", alike) as (one, other):
        parts = [node.part(name) for node in (one, other) for name in ("worker", "sockets")]
        with ExitStack() as stack:
            for part in parts:
                stack.enter_context(part)
            begun = time.monotonic()
            with one.part("web") as first, other.part("web") as second:
                at, there = (Callers([(HOST, node.web)], 1) for node in (one, other))
                found = [
                    logins(at, there, crowd[:rounds]),
                    admin_session(one, other),
                    files(one, other, crowd[0]),
                    messages(at, other, crowd[1], rounds),
                    settings(at, there, rounds),
                    catalogue(at, there, crowd[2], [next(units) for _ in range(rounds)]),
                ]
                load = Load([(HOST, door)], crowd, units, CLIENTS)
                with cluster.proxy([one, other], door):
                    found.append(one_after_the_other({one: first, other: second}, load))
            found.append(scheduler(begun))
    return found


def logins(at: Callers, there: Callers, crowd: Sequence[Person]) -> Promise:
    """Log in at one, be known at the other, refresh there, be known here again, log out, be nobody at both."""
    progress("8: logins")
    good = 0
    for person in crowd:
        body = {"email": person.email, "password": PASSWORD}
        login = at.send(Call(path="/api/auth/login", body=body)).json
        me = Call(method="GET", path="/api/auth/me", token=login["access_token"])
        known = there.send(me).status
        again = there.send(
            Call(path="/api/auth/refresh", body={"refresh_token": login["refresh_token"]})
        ).json
        me = Call(method="GET", path="/api/auth/me", token=again["access_token"])
        known_here = at.send(me).status
        out = there.send(Call(path="/api/auth/logout", token=again["access_token"])).status
        good += (known, known_here, out // 100, at.send(me).status) == (200, 200, 2, 401)
    return Promise(
        id="8",
        what="nothing sticks to a machine: log in at one, go on at the other, log out there, be nobody here",
        figure=f"{good} of {len(crowd)} people",
        holds=good == len(crowd) > 0,
    )


def admin_session(one: Node, other: Node) -> Promise:
    """The back office: a session with a cookie."""
    progress("8: a session of the admin")
    staff = StaffFactory()
    people.with_password([staff.pk], PASSWORD)
    with (
        requests.Session() as browser
    ):  # its cookies go to both: a port is no part of a cookie's place
        browser.get(f"{one.url}/admin/login/", timeout=60)
        form = {
            "username": staff.email,
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        entered = browser.post(f"{one.url}/admin/login/?next=/admin/", form, timeout=60)
        seen = browser.get(
            f"{other.url}/admin/bookings/booking/", timeout=60, allow_redirects=False
        )
    return Promise(
        id="8",
        what="a session of the admin holds at both machines",
        figure=f"login at A {entered.status_code}, the list of bookings at B {seen.status_code}",
        holds=(entered.status_code, seen.status_code) == (200, 200) and "bookings" in seen.text,
    )


def files(one: Node, other: Node, person: Person) -> Promise:
    """Upload at one, download at the other: no local files."""
    progress("8: a file")
    said = {"Authorization": f"Bearer {person.token}"}
    sent = requests.post(
        f"{one.url}/api/files",
        files={"file": ("note.pdf", PDF, "application/pdf")},
        headers=said,
        timeout=60,
    )
    link = urlsplit(sent.json()["url"])
    got = requests.get(f"{other.url}{link.path}?{link.query}", headers=said, timeout=60)
    return Promise(
        id="8",
        what="a file that was sent to one machine is had from the other",
        figure=f"upload at A {sent.status_code}, download at B {got.status_code}, {len(got.content)} bytes alike",
        holds=(sent.status_code, got.status_code) == (201, 200) and got.content == PDF,
    )


def messages(at: Callers, other: Node, person: Person, rounds: int) -> Promise:
    """Written at one, with the builder's browser at the other's sockets."""
    progress("8: messages")
    project = people.project()
    (builder,) = people.logged_in([project.builder_id])
    ticket = at.send(Call(path="/api/realtime/ticket", token=builder.token)).json["ticket"]
    took = []
    address = f"ws://{HOST}:{other.sockets}/realtime?{urlencode({'ticket': ticket})}"
    with connect(address) as browser:
        for _ in ("hello", "what was missed"):
            browser.recv(timeout=30)
        for _ in range(rounds):
            body = {"project_id": project.pk, "message_content": "Is anybody there?"}
            begun = time.perf_counter()
            sent = at.send(Call(path="/api/messages", token=person.token, body=body)).json
            told: list[object] = []
            while ("message", sent["id"]) not in told:
                events = json.loads(browser.recv(timeout=30)).get("events", [])
                told = [(event["topic"], event["object_id"]) for event in events]
            took.append(time.perf_counter() - begun)
    return Promise(
        id="8",
        what="a message that is sent at one machine reaches a socket at the other",
        figure=f"{len(took)} of {rounds}, after {sorted(took)[len(took) // 2]:.2f} s, at most {max(took):.2f} s",
        holds=len(took) == rounds and max(took) < 5,
    )


def settings(at: Callers, there: Callers, rounds: int) -> Promise:
    """What an operator changes holds for the next request, wherever it is asked."""
    progress("8: settings")
    asked = Call(method="GET", path="/api/settings")
    stale = 0
    for number in range(rounds):
        people.set_to(bookings__hold_minutes=20 + number)
        for callers in (at, there):
            shown = callers.send(asked).json["bookings.hold_minutes"]
            stale += shown != 20 + number
    return Promise(
        id="8",
        what="a setting that was changed is seen by both machines at the next request",
        figure=f"{stale} of {2 * rounds} answers showed the value of before",
        holds=stale == 0,
    )


def catalogue(at: Callers, there: Callers, person: Person, units: Sequence[int]) -> Promise:
    """Kept answers: asked for twice at the other, held at one, asked for again at both."""
    progress("8: kept answers")
    stale = 0
    for unit in units:
        shown = Call(method="GET", path=f"/api/units/{unit}")
        before = [there.send(shown).json["status"] for _ in range(2)]
        held = at.send(Call(path=f"/api/units/{unit}/hold", token=person.token)).status
        after = [callers.send(shown).json["status"] for callers in (there, at)]
        stale += (before, held // 100, after) != (["available"] * 2, 2, ["reserved"] * 2)
    return Promise(
        id="8",
        what="the catalogue that one machine keeps is never older than what the other has written",
        figure=f"{stale} of {len(units)} holds were not shown at once",
        holds=stale == 0,
    )


def one_after_the_other(servers: Mapping[Node, "subprocess.Popen[bytes]"], load: Load) -> Promise:
    """Each machine goes away and comes back while customers book through the proxy."""
    with ExitStack() as stack, load:
        for node, server in servers.items():
            time.sleep(AWAY)
            progress(f"8: machine {node.name} goes away and comes back")
            server.terminate()
            server.wait(60)
            time.sleep(AWAY)
            stack.enter_context(node.part("web"))
        time.sleep(AWAY)
        load.__exit__()
    heard = load.journal.heard
    lost = {
        name: count
        for name, count in heard.items()
        if name not in {"200", "201", "409 unit_not_available"}
    }
    return Promise(
        id="8",
        what="behind the proxy of deploy/nginx each machine may go away and come back, and nobody notices",
        figure=f"{sum(lost.values())} of {sum(heard.values())} requests failed {lost or ''}",
        holds=not lost and heard["201"] > 0,
    )


def scheduler(begun: float) -> Promise:
    """Two workers: each minute's jobs are put into the queue once."""
    progress("8: the clock, with two workers")
    time.sleep(max(0.0, TICKS - (time.monotonic() - begun)))
    with connection.cursor() as cursor:
        cursor.execute(TWICE)
        twice, ticks = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 s'"
        )
        workers = cursor.fetchone()[0]
    return Promise(
        id="8",
        what="one scheduler at a time: with two workers each job of the clock is run once",
        figure=f"{twice} of {ticks} ticks twice, {workers} workers alive",
        holds=twice == 0 and ticks > 0 and workers == 2,
    )
