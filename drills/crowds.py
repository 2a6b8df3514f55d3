"""More callers than there is room for: connections run out, and clients that never finish (C8, F11)."""

import socket
import statistics
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress

import psycopg
from django.db import connection

from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.load import wait_for
from drills.report import Promise, progress

CLIENTS = 200
LEFT = 4  # connections that are left to the platform, which wants more
AGAIN = 5.0  # seconds until everybody is served again
HALF_OPEN, SLOW_UPLOADS = 100, 50
SLOWER = 2.0  # times the usual p95
BROWSE = Call(method="GET", path="/api/projects?limit=5")
BEGUN = b"POST /api/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n"
NO_CACHE = {"CATALOGUE_CACHE_MB": "0"}


def run(database: str, *, quick: bool) -> list[Promise]:
    """Both, in this order: the second leaves nothing that the first would feel."""
    rounds = 100 if quick else 400
    people.town(1_000)
    with house.site(database, more=NO_CACHE) as site:
        return [slow_clients(site, rounds), exhausted(site, database)]


def exhausted(site: house.Site, database: str) -> Promise:
    """C8: somebody else has taken nearly all connections of the database, and two hundred people come."""
    progress("C8: connections run out")
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
    heard: Counter[int] = Counter()
    with Callers([site.door], CLIENTS) as callers, ExitStack() as greedy:
        cut_off()
        for _ in range(most - LEFT):
            with suppress(psycopg.OperationalError):  # some are kept for administrators
                greedy.enter_context(closing(psycopg.connect(database)))
        for _ in range(3):
            heard += Counter(answer.status for answer in callers.together([BROWSE] * CLIENTS))
        greedy.close()
        begun = time.perf_counter()
        with suppress(TimeoutError):
            wait_for(lambda: all_served(callers.together([BROWSE] * CLIENTS)), 6 * AGAIN)
        again = time.perf_counter() - begun
    return Promise(
        id="C8",
        what=f"{CLIENTS} clients and {LEFT} of {most} connections: answers or 503, and soon all is well",
        figure=f"{', '.join(f'{times} × {status}' for status, times in sorted(heard.items()))}; everybody is served"
        f" {again:.1f} s after there are connections again",
        holds=set(heard) <= {200, 503} and 503 in heard and again <= AGAIN,
    )


def cut_off() -> None:
    """The platform has to connect anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def all_served(answers: list[Answer]) -> bool:
    """Whether nobody was sent away."""
    return {answer.status for answer in answers} == {200}


def slow_clients(site: house.Site, rounds: int) -> Promise:
    """F11: a hundred who say nothing, fifty who send their file a byte at a time, and everybody else."""
    progress("F11: slow clients")
    with Callers([site.door], 1) as caller:
        before = p95(caller, rounds)
        with ExitStack() as stack:
            crowd = [
                stack.enter_context(closing(socket.create_connection(site.door)))
                for _ in range(HALF_OPEN + SLOW_UPLOADS)
            ]
            for one in crowd[:HALF_OPEN]:
                one.sendall(b"GET /api/projects HTTP/1.1\r\nHost: loc")
            for one in crowd[HALF_OPEN:]:
                one.sendall(BEGUN + b"\r\nx")
            beside = p95(caller, rounds, crowd[HALF_OPEN:])
    return Promise(
        id="F11",
        what=f"{HALF_OPEN} clients that send half a request and {SLOW_UPLOADS} that upload a byte at a time",
        figure=f"others: p95 {beside:.0f} ms, {before:.0f} ms without them",
        holds=beside <= SLOWER * before,
    )


def p95(caller: Callers, rounds: int, uploads: list[socket.socket] | None = None) -> float:
    """Of one who browses meanwhile, in ms; infinite if anything fails."""
    times = []
    for _ in range(rounds):
        for one in uploads or ():
            with suppress(OSError):  # the server may have had enough of it
                one.sendall(b"x")
        answer = caller.send(BROWSE)
        times.append(answer.seconds if answer.status == 200 else float("inf"))
    return 1000 * statistics.quantiles(times, n=20)[-1]
