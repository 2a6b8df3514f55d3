"""Processes are killed under load; afterwards everything acknowledged is there, and nothing is half done (C)."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import connection

from bookings.models import Booking
from drills import house, people
from drills.callers import Call, Callers
from drills.load import Journal, Load, wait_for
from drills.report import Promise, progress
from projects.models import Claim
from realestate.core import clock

CLIENTS = 16
FROZEN = 8.0
SETTLED = 5.0  # seconds after the lease of a key in progress until it is known what came of it
LOSS = 6  # cycles of the control
# Each unit has one customer here: who cannot have it was cut off when it had been taken and not yet been answered.
SHUT_OUT = "409 unit_not_available"


@dataclass(frozen=True, kw_only=True)
class Victim:
    """What is killed, and how soon customers shall be served again."""

    id: str
    what: str
    kill: Callable[[], None]
    patience: float  # seconds
    pause: float = 0.5  # seconds between cycles


def run(database: str, *, quick: bool) -> list[Promise]:
    """Workers, connections, the database; then the database without its promise to the disk."""
    cycles = 5 if quick else 20
    people.town(12_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd, units = people.customers(200), iter(people.free_units(8_000))
    with house.site(database, is_supervised=True) as site:

        def load() -> Load:
            return Load([site.door], crowd, units, CLIENTS)

        victims = (
            Victim(id="C1", what="a worker", kill=lambda: kill_worker(site), patience=2.0, pause=2),
            Victim(
                id="C1",
                what="the whole web server",
                kill=lambda: kill_server(site),
                patience=2.0,
                pause=5,  # one that stands by has to load its modules first, beside all these clients
            ),
            Victim(id="C3", what="a random connection", kill=kill_connection, patience=2.5),
            Victim(id="C2", what="the database server", kill=house.kill_database, patience=10.0),
        )
        loads = [load() for _victim in victims]
        found = [settings_are_durable()]
        found += [killed(*each, cycles) for each in zip(victims, loads, strict=True)]
        found += [
            settled([each.journal for each in loads]),
            frozen(site, load()),
            no_contradiction(),
            control(load()),
        ]
    with house.site(database, without="transactions") as site:
        found.append(control_of_writing(site, Load([site.door], crowd, units, CLIENTS)))
    return found


def killed(victim: Victim, load: Load, cycles: int) -> Promise:
    """Kill something again and again while customers book."""
    waits, until_booked = [], []
    with load:
        for cycle in range(cycles):
            progress(f"{victim.id}: {victim.what} is killed, {cycle + 1} of {cycles}")
            time.sleep(victim.pause * random.uniform(0.8, 1.4))  # noqa: S311  # no secret
            moment = time.perf_counter()
            victim.kill()
            until_booked.append(booked_again(load, moment, 6 * victim.patience))
            waits.append(load.journal.silence_after(moment))
    journal, (lost, half) = load.journal, missing(load)
    shut_out = journal.heard[SHUT_OUT]
    else_ = [
        f"{count} × {name}"
        for name, count in sorted(journal.heard.items())
        if name not in {"200", "201", SHUT_OUT}
    ]
    wrong = f"; {len(journal.bad)} wrong answers, such as {journal.bad[0]}" if journal.bad else ""
    return Promise(
        id=victim.id,
        what=f"{victim.what} is killed {cycles} times under {CLIENTS} clients: nothing acknowledged is lost",
        figure=f"{lost} of {len(journal.booked)} acknowledged bookings lost, {half} without their claim,"
        f" {shut_out} half done; served again after at most {max(waits):.1f} s, booked after {max(until_booked):.1f} s;"
        f" besides: {', '.join(else_) or 'nothing'}{wrong}",
        holds=not (lost or half or shut_out or journal.bad)
        and max(waits) <= victim.patience
        and max(until_booked) < float("inf"),
    )


def settled(journals: Sequence[Journal]) -> Promise:
    """B4: whoever was cut off in the middle asks again until it is known what came of it."""
    kept = [seconds for journal in journals for seconds in journal.kept_waiting]
    return Promise(
        id="B4",
        what="a request that was cut off in the middle keeps its key for a minute and no longer",
        figure=f"{len(kept)} cut off, settled at most {max(kept, default=0.0):.1f} s after the minute",
        holds=bool(kept) and max(kept) <= SETTLED,
    )


def booked_again(load: Load, moment: float, patience: float) -> float:
    """Seconds until the next booking is acknowledged; infinite when none is."""
    with suppress(TimeoutError):
        wait_for(lambda: load.journal.silence_after(moment, {201}) < float("inf"), patience)
    return load.journal.silence_after(moment, {201})


def missing(load: Load) -> tuple[int, int]:
    """How many acknowledged bookings there are not, and how many without their live claim."""
    house.wait_for_database()
    booked = load.journal.booked
    there = dict(Booking.objects.filter(pk__in=booked).values_list("pk", "unit"))
    claimed = set(Claim.objects.live(clock.now()).values_list("unit", flat=True))
    lost = sum(there.get(pk) != unit for pk, unit in booked.items())
    return lost, sum(unit not in claimed for unit in there.values())


def kill_worker(site: house.Site) -> None:
    """The oldest of the processes that answer.

    Granian takes a worker that ends again within 5.5 s of its start for one that cannot start, and ends itself; then
    another one takes its place.
    """
    for master in house.servers(site.process.pid):
        for pid in house.children(master)[:1]:
            with suppress(ProcessLookupError):
                house.kill(pid)


def kill_server(site: house.Site) -> None:
    """All that answer, and the one that started them; not the one that stands by, which takes their place."""
    for master in house.servers(site.process.pid):
        for pid in (master, *house.children(master)):
            with suppress(ProcessLookupError):
                house.kill(pid)


def kill_connection() -> None:
    """One connection, as an administrator would."""
    house.wait_for_database()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1) one"
        )


def settings_are_durable() -> Promise:
    """C4: what a SIGKILL cannot show, the settings say."""
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
    }
    found = {}
    with connection.cursor() as cursor:
        for name in wanted:
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    return Promise(
        id="C4",
        what="what was committed is on the disk before it is acknowledged",
        figure=", ".join(f"{name} {value}" for name, value in found.items()),
        holds=found == wanted,
    )


def frozen(site: house.Site, load: Load) -> Promise:
    """C5: the database neither answers nor refuses for a while."""
    progress(f"C5: the database is frozen for {FROZEN:.0f} s")
    processes = house.database_processes()
    with load, Callers([site.door], 1, patience=FROZEN / 2) as watcher:
        time.sleep(1)  # until bookings are under way
        tell(processes(), signal.SIGSTOP)
        begun = time.perf_counter()
        try:
            alive = watcher.send(Call(method="GET", path="/health"))
            ready = watcher.send(Call(method="GET", path="/health/ready"))
            time.sleep(max(0.0, FROZEN - (time.perf_counter() - begun)))  # the rest of the freeze
        finally:
            tell(processes(), signal.SIGCONT)
        again = booked_again(load, time.perf_counter(), 10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")
        idle = cursor.fetchone()[0]
    return Promise(
        id="C5",
        what="a frozen database: alive, not ready, and back at once",
        figure=f"/health {alive.status} in {alive.seconds:.1f} s, ready {ready.status} in {ready.seconds:.1f} s,"
        f" bookings {again:.1f} s after the thaw; {idle} idle in a transaction",
        holds=(alive.status, ready.status, idle) == (200, 503, 0)
        and alive.seconds <= 1
        and ready.seconds <= 2
        and again <= 2,
    )


def tell(pids: Iterable[int], number: signal.Signals) -> None:
    """A signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def no_contradiction() -> Promise:
    """C: after all of it the data add up."""
    house.wait_for_database()
    broken = house.integrity()
    return Promise(
        id="C",
        what="afterwards every check of check_integrity is good",
        figure=", ".join(broken) or "all good",
        holds=not broken,
    )


def control(load: Load) -> Promise:
    """C2 with commits that do not wait for the disk: if nothing is lost then, the drill sees nothing."""
    house.wait_for_database()
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_commit = off")
        cursor.execute("ALTER SYSTEM SET wal_writer_delay = '2s'")
        cursor.execute("SELECT pg_reload_conf()")
    victim = Victim(
        id="C2", what="the database server", kill=house.kill_database, patience=30.0, pause=1.5
    )
    killed(victim, load, LOSS)
    lost, _half = missing(load)
    return Promise(
        id="C2",
        what="control: with synchronous_commit off acknowledged bookings are lost",
        figure=f"{lost} of {len(load.journal.booked)} lost in {LOSS} cycles",
        holds=lost > 0,
    )


def control_of_writing(site: house.Site, load: Load) -> Promise:
    """C1 with each statement in a transaction of its own: if nothing is half done then, the drill sees nothing."""
    house.wait_for_database()
    with load:
        for cycle in range(LOSS):
            progress(f"C1: workers that commit each statement are killed, {cycle + 1} of {LOSS}")
            booked_again(load, time.perf_counter(), 30.0)
            # Kills come at any moment of the bookings under way, not always at the same one.
            time.sleep(random.uniform(0.2, 0.5))  # noqa: S311  # no secret
            for pid in site.workers():
                house.kill(pid)
    half = load.journal.heard[SHUT_OUT]
    return Promise(
        id="C1",
        what="control: where each statement is committed by itself, killed workers leave bookings half done",
        figure=f"{half} half done at {LOSS} kills of all workers, {len(load.journal.booked)} acknowledged",
        holds=half > 0,
    )
