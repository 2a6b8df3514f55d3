"""The web server gets new workers under load, as after an upgrade: no request fails, and none is cut off (C7)."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from django.db import connection

from benchmarks.servers import HOST, running
from benchmarks.stage import free_port
from deploy.probe import is_well
from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.load import Load, wait_for
from drills.report import FOLDER, Promise, progress
from projects.models import Unit
from realestate.core.transactions import service
from realestate.management.commands.serve import web_command

CLIENTS = 16
# So that a request can be held up for longer than it takes until its worker is told to end.
PATIENT = {"DB_LOCK_TIMEOUT": "60000", "DB_STATEMENT_TIMEOUT": "60000"}
CLOSED = {
    "RemoteDisconnected",
    "ConnectionResetError",
    "BrokenPipeError",
}  # before there was an answer
HELD_UP = 10  # seconds that a request is still being answered after its worker was told to end
STARTING = 180.0  # seconds that a server may take beside whatever else the machine does
LONGEST = 30.0  # seconds (C7)


@dataclass(frozen=True, kw_only=True)
class Served:
    """``manage.py serve web``, which nobody starts again."""

    process: "subprocess.Popen[bytes]"
    port: int
    environment: Mapping[str, str]

    @property
    def door(self) -> tuple[str, int]:
        """Host and port."""
        return HOST, self.port

    def workers(self) -> list[int]:
        """Its generations: one, and a second one while the first makes room."""
        return house.servers(self.process.pid)


class LikeAProxy(Callers):
    """Half of the connections last; one that the server has just closed is opened again, once, as proxies do.

    The others are new for each request, and nothing is sent twice over them.
    """

    again = 0

    def _send(self, connection: HTTPConnection, call: Call) -> Answer:
        lasts = threading.get_ident() % 2 == 0
        was_used = lasts and getattr(connection, "was_used", False)
        answer = super()._send(connection, call)
        if answer.status == 0 and was_used and answer.code in CLOSED:
            self.again += 1
            answer = super()._send(connection, call)
        connection.was_used = lasts and answer.status != 0  # type: ignore[attr-defined]  # a note to ourselves
        if not lasts:
            connection.close()
        return answer


class Customers(Load):
    """Customers who come through it."""

    callers = LikeAProxy
    _callers: LikeAProxy


def run(database: str, *, quick: bool) -> list[Promise]:
    """Restarts that nobody notices; then one that everybody does."""
    restarts = 1 if quick else 3
    people.town(6_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd, units = people.customers(200), iter(people.free_units(4_000))
    with served(database) as site:

        def load() -> Customers:
            return Customers([site.door], crowd, units, CLIENTS)

        return [
            unnoticed(site, load(), restarts),
            in_flight(site, crowd[0], next(units)),
            stopped_while_starting(site),
            control(site, load(), crowd[1], next(units)),
        ]


def unnoticed(site: Served, load: Customers, restarts: int) -> Promise:
    """C7: SIGHUP again and again while customers book."""
    took = []
    with load:
        time.sleep(1)
        for number in range(restarts):
            progress(f"C7: restart {number + 1} of {restarts}")
            took.append(restarted(site))
    lost = failures(load)
    return Promise(
        id="C7",
        what=f"{restarts} restarts under {CLIENTS} clients: 0 failed requests",
        figure=f"{sum(lost.values())} of {sum(load.journal.heard.values())} requests failed{listed(lost)};"
        f" {load.journal.heard['201']} bookings, slowest answer {load.journal.slowest:.1f} s;"
        f" {load._callers.again} sent again over a new connection; a restart took {max(took):.0f} s",  # noqa: SLF001  # our own
        holds=not lost and load.journal.heard["201"] > 0,
    )


def failures(load: Load) -> dict[str, int]:
    """Answers that a client would call a failure, by what they were."""
    fine = {"200", "201", "409 unit_not_available"}
    return {name: count for name, count in load.journal.heard.items() if name not in fine}


def listed(lost: dict[str, int]) -> str:
    """In brackets, if there is anything."""
    return f" ({', '.join(f'{count} × {name}' for name, count in lost.items())})" if lost else ""


def restarted(site: Served) -> float:
    """Seconds until there is one server again, and it is a new one."""
    (old,) = site.workers()
    site.process.send_signal(signal.SIGHUP)
    return wait_for(lambda: len(found := site.workers()) == 1 and found != [old], 4 * LONGEST)


@contextmanager
def served(address: str) -> Iterator[Served]:
    """The web server as a supervisor starts it in production."""
    port = free_port()
    environment = {
        **os.environ,
        **PATIENT,
        "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
        "DATABASE_URL": address,
        "PORT": str(port),
        "WEB_WORKERS": "2",
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        (FOLDER / "servers.log").open("ab") as log,
        running(house.supervised(port), environment, log) as process,
    ):
        site = Served(process=process, port=port, environment=environment)
        wait_for(lambda: is_well("/health", port), STARTING)
        yield site


@contextmanager
def held_up(site: Served, person: people.Person, unit: int) -> Iterator["Future[Answer]"]:
    """A booking that is being answered until the block ends."""
    call = Call(path="/api/bookings", token=person.token, body={"unit_id": unit})
    begun, may_end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool, Callers([site.door], 1) as callers:
        holder = pool.submit(_lock, unit, begun, may_end)
        begun.wait()
        answer = pool.submit(callers.send, call)
        try:
            wait_for(lambda: answer.done() or _somebody_waits(), LONGEST)
            yield answer
        finally:
            may_end.set()
            holder.result()


def _lock(unit: int, begun: threading.Event, may_end: threading.Event) -> None:
    @service
    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        Unit.objects.select_for_update().get(pk=unit)
        begun.set()
        may_end.wait()

    try:
        hold()
    finally:
        begun.set()
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def in_flight(site: Served, person: people.Person, unit: int) -> Promise:
    """C7: a request that is being answered while its worker's place is taken."""
    progress("C7: a request is being answered while the workers are replaced")
    (old,) = site.workers()
    with held_up(site, person, unit) as answer:
        site.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(house.children(old)) < 2, 4 * LONGEST)  # its idle worker has gone
        time.sleep(HELD_UP)
        was_in_hand = not answer.done()
    said = answer.result(LONGEST)
    return Promise(
        id="C7",
        what=f"a request that its worker is still answering {HELD_UP} s after it was told to end is answered",
        figure=f"{said.status} {said.code} after {said.seconds:.0f} s",
        holds=said.status == 201 and was_in_hand,
    )


def stopped_while_starting(site: Served) -> Promise:
    """C7: SIGTERM before the workers have loaded the application."""
    progress("C7: a server is stopped while it starts")
    port = free_port()
    longest = 0.0
    for delay in (0.8, 1.2, 1.8):
        with running(web_command(HOST, port), {**site.environment, "PORT": str(port)}) as process:
            time.sleep(delay)
            begun = time.perf_counter()
            process.terminate()
            process.wait(60)
            longest = max(longest, time.perf_counter() - begun)
    return Promise(
        id="C7",
        what="a server that is stopped while it starts ends at once",
        figure=f"within {longest:.1f} s",
        holds=longest < 5,
    )


def control(site: Served, load: Customers, person: people.Person, unit: int) -> Promise:
    """A server that is stopped and started instead: what it was answering is finished, and customers notice."""
    progress("C7: the control, stop and start")
    with load:
        time.sleep(1)
        with held_up(site, person, unit) as answer:
            site.process.terminate()
            time.sleep(2)
        said = answer.result(LONGEST)
        site.process.wait(60)
        with running(web_command(HOST, site.port), site.environment):
            wait_for(lambda: is_well("/health", site.port), STARTING)
            time.sleep(1)
            load.__exit__()
    lost = failures(load)
    return Promise(
        id="C7",
        what="SIGTERM: what is being answered is finished; control: stop and start is noticed",
        figure=f"{said.status} for the request in hand; {sum(lost.values())} requests failed{listed(lost)}",
        holds=said.status == 201 and bool(lost),
    )
