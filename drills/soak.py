"""Ten minutes of mixed traffic with jobs in the background: nothing fills up (I9)."""

import statistics
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from benchmarks.servers import resident
from drills import house, people
from drills.callers import Call, Callers
from drills.load import Load
from drills.report import Promise, progress
from realestate.retention import BUSINESS, CLEARED, RECORDS, SMALL

MINUTES, QUICK_MINUTES = 10, 2
WARM = 0.2  # of the time, after which memory shall be flat
READERS, WRITERS = 6, 2
UNITS, BOOKABLE, SPREAD = 40_000, 6_000, 4
PEOPLE = 100  # who read, and as many who book
CROWD, ROUNDS = 60, 10
GROWTH, DRIFT = 5.0, 20.0  # percent
LAG = 5.0  # seconds that a queued job may wait
ROWS = "SELECT relname, n_tup_ins - n_tup_del FROM pg_stat_user_tables WHERE n_tup_ins > n_tup_del"
OLDEST = """
    SELECT coalesce(extract(epoch FROM now() - min(event.at)), 0) FROM procrastinate_jobs job
    JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
"""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """How things were at a moment; seconds from the begin, megabytes."""

    at: float
    memory: float
    files: int
    connections: int
    lag: float


class Seen(NamedTuple):
    """An answer: what was read, seconds, bytes."""

    path: str
    seconds: float
    size: int


def run(database: str, *, quick: bool) -> list[Promise]:
    """Readers, customers who book, and the worker; a look at everything each few seconds."""
    seconds = 60 * (QUICK_MINUTES if quick else MINUTES)
    people.town(UNITS, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    # Whoever books has longer lists each minute, and answers count a builder's bookings. Readers are others, and what
    # is booked is spread over a town so large that it is few beside what there is: if answers become slower, it is
    # because something has filled up.
    everybody = people.customers(2 * PEOPLE)
    units = iter(people.free_units(SPREAD * BOOKABLE)[::SPREAD])
    crowd, onlookers = everybody[:PEOPLE], [person.token for person in everybody[PEOPLE:]]
    before = rows()
    with house.site(database) as site, house.worker(site.environment):
        busy(site, onlookers)
        readers = Readers(site, onlookers)
        with Load([site.door], crowd, units, WRITERS) as load, readers:
            samples = watch(site, seconds)
    grown = sorted(name for name, count in rows().items() if count > before.get(name, 0))
    undecided = set(grown) - BUSINESS - RECORDS - SMALL - CLEARED.keys()
    warm = [sample for sample in samples if sample.at >= WARM * seconds]
    return [
        flat("memory of the largest process", [sample.memory for sample in warm], "MB"),
        flat("open files", [sample.files for sample in warm], ""),
        flat("connections to the database", [sample.connections for sample in warm], ""),
        served(readers, load),
        Promise(
            id="I9",
            what="jobs do not pile up",
            figure=f"the oldest waited {max(sample.lag for sample in warm):.1f} s",
            holds=max(sample.lag for sample in warm) <= LAG,
        ),
        Promise(
            id="I9",
            what="every table that grew belongs to the business or is cleared by a job",
            figure=f"{len(grown)} tables grew; without a decision: {', '.join(sorted(undecided)) or 'none'}",
            holds=not undecided,
        ),
    ]


def busy(site: house.Site, tokens: Sequence[str]) -> None:
    """So many at once that each thread has the connection that it keeps: what comes after that would be a leak."""
    with Callers([site.door], CROWD) as callers:
        for turn in range(ROUNDS):
            callers.together(
                [
                    Call(
                        method="GET",
                        path="/api/bookings",
                        token=tokens[(turn + place) % len(tokens)],
                    )
                    for place in range(CROWD)
                ]
            )


class Readers:
    """People who look at the catalogue, their bookings and their news, for as long as the block lasts."""

    def __init__(self, site: house.Site, tokens: Sequence[str]) -> None:
        self.tokens, self.project = tokens, people.project().pk
        self.seen: list[Seen] = []
        self.failed = 0
        self._callers = Callers([site.door], READERS)
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(place,)) for place in range(READERS)
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, place: int) -> None:
        paths = (
            "projects?limit=10",
            f"projects/{self.project}/units",
            "bookings",
            "notifications",
            "appointments",
            "units?limit=50",
        )
        turn = place
        while not self._over.wait(0.02):
            token = self.tokens[turn % len(self.tokens)]
            path = f"/api/{paths[turn % len(paths)]}"
            answer = self._callers.send(Call(method="GET", path=path, token=token))
            self.seen.append(Seen(path, answer.seconds, len(answer.body)))
            self.failed += answer.status != 200
            turn += READERS + 1


def watch(site: house.Site, seconds: float) -> list[Sample]:
    """A sample each five seconds."""
    begun, found = time.perf_counter(), []
    while (at := time.perf_counter() - begun) < seconds:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            connections = cursor.fetchone()[0]
            cursor.execute(OLDEST)
            lag = float(cursor.fetchone()[0])
        files = sum(open_files(pid) for pid in site.workers())
        found.append(
            Sample(
                at=at,
                memory=max(resident(site.process)),
                files=files,
                connections=connections,
                lag=lag,
            )
        )
        if len(found) % 12 == 1:
            progress(
                f"I9: {at / 60:.0f} of {seconds / 60:.0f} min; {found[-1].memory:.0f} MB, {connections} connections"
            )
        time.sleep(5)
    return found


def open_files(pid: int) -> int:
    """How many descriptors a process has (Linux)."""
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0


def flat(what: str, values: Sequence[float], unit: str) -> Promise:
    """The last fifth is not above the first fifth of what came after the warm-up."""
    part = max(1, len(values) // 5)
    first, last = statistics.median(values[:part]), statistics.median(values[-part:])
    growth = 100 * (last - first) / first
    return Promise(
        id="I9",
        what=f"{what}: flat after the warm-up",
        figure=f"from {first:.0f} to {last:.0f} {unit} ({growth:+.1f} %)",
        holds=growth <= GROWTH,
    )


def served(readers: Readers, load: Load) -> Promise:
    """Nothing fails, and answers do not become slower."""
    early, late = halves(readers.seen)
    drift = 100 * (late.p95 - early.p95) / early.p95
    bad = len(load.journal.bad)
    paths = dict.fromkeys(seen.path for seen in readers.seen)
    each = {path: halves([seen for seen in readers.seen if seen.path == path]) for path in paths}
    parts = ", ".join(
        f"{path} {first.p95:.0f} → {last.p95:.0f} ms ({first.size:.1f} → {last.size:.1f} kB)"
        for path, (first, last) in each.items()
    )
    return Promise(
        id="I9",
        what="no request fails, and p95 stays",
        figure=f"{len(readers.seen)} reads and {len(load.journal.booked)} bookings, {readers.failed} and {bad} failed;"
        f" p95 {early.p95:.0f} ms in the first half, {late.p95:.0f} ms after it ({drift:+.0f} %):\n        {parts}",
        holds=not readers.failed and not bad and drift <= DRIFT,
    )


class Half(NamedTuple):
    """Answers of half of the time: 95th percentile in milliseconds, mean size in kB."""

    p95: float
    size: float


def halves(answers: Sequence[Seen]) -> tuple[Half, Half]:
    """The earlier and the later half."""
    half = len(answers) // 2
    first, last = (
        Half(
            1000 * statistics.quantiles([one.seconds for one in part], n=20)[-1],
            statistics.mean(one.size for one in part) / 1000,
        )
        for part in (answers[:half], answers[half:])
    )
    return first, last


def rows() -> dict[str, int]:
    """By the database's own statistics, how many rows each table has gained."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(ROWS)
        return dict(cursor.fetchall())
