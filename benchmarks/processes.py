"""``make bench-processes``: how many processes and threads the web server should have, found by asking it.

The same mixed load (reads of everybody and of one customer) and the same holds, for each model in turn. What it
printed is why ``manage.py serve`` starts what it starts.
"""

import argparse
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.database import throw_away_database
from benchmarks.load import refuse_without_wrk

if TYPE_CHECKING:
    from benchmarks.rows import Town

MODELS = ((1, 1), (1, 4), (2, 1), (2, 2), (2, 4), (2, 8), (4, 1), (4, 4))  # processes, threads
UNITS = 10_000


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one model did."""

    reads: float  # a second
    p95: float  # ms
    holds: float
    memory: float  # MB of all processes
    ready: float  # seconds


def main() -> None:
    """Each model, in turn and several times; prints a table."""
    parser = argparse.ArgumentParser(prog="make bench-processes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="of each round")
    asked = parser.parse_args()
    refuse_without_wrk()
    with throw_away_database(workers=2) as database:
        from benchmarks.machine import machine
        from benchmarks.rows import build_town

        town = build_town(UNITS)
        print("  ".join(f"{name}: {value}" for name, value in machine().items()))
        print("\n  processes × threads   reads/s  p95 ms  holds/s  memory MB  ready s")
        for workers, threads in MODELS:
            rounds = [
                measured(town, database, workers=workers, threads=threads, seconds=asked.seconds)
                for _ in range(asked.rounds)
            ]
            show(f"{workers} × {threads}", rounds)


def show(name: str, rounds: list[Found]) -> None:
    """Medians."""
    middle = {
        each: statistics.median(getattr(found, each) for found in rounds)
        for each in ("reads", "p95", "holds", "memory", "ready")
    }
    print(
        f"  {name:<20}{middle['reads']:>9.0f}{middle['p95']:>8.1f}{middle['holds']:>9.0f}"
        f"{middle['memory']:>11.0f}{middle['ready']:>9.2f}",
        flush=True,
    )


def measured(town: "Town", database: str, *, workers: int, threads: int, seconds: float) -> Found:
    """Start a server, ask it, stop it."""
    from benchmarks.load import run_load
    from benchmarks.rows import PASSWORD, release_holds
    from benchmarks.scenarios import holds, reads
    from benchmarks.servers import HOST, log_in, platform_server, resident, wait_until_ready
    from benchmarks.stage import free_port

    port = free_port()
    site = f"http://{HOST}:{port}"
    with settled(workers, threads), platform_server(port, database) as server:
        ready = wait_until_ready(server, f"{site}/health/ready")
        customer = log_in(site, town.customer, PASSWORD)
        people = [log_in(site, email, PASSWORD) for email in town.holders[:8]]
        mixed = [ask for read in reads(town) for ask in read.asks("platform", customer)]
        run_load(site, mixed, seconds=1)
        read = run_load(site, mixed, seconds=seconds)
        held = run_load(site, holds(town, people), seconds=seconds, threads=8)
        release_holds()
        return Found(
            reads=read.rate,
            p95=read.p95,
            holds=held.rate,
            memory=sum(resident(server)),
            ready=ready,
        )


@contextmanager
def settled(workers: int, threads: int) -> Iterator[None]:
    """The settings that ``serve`` reads, for a while."""
    from django.test.utils import override_settings

    with override_settings(WEB_WORKERS=workers, WEB_THREADS=threads):
        yield


if __name__ == "__main__":
    main()
