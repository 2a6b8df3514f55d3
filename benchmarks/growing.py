"""The lists whose growth is measured."""

import argparse
import statistics

from benchmarks.load import Ask, run_load
from benchmarks.report import Progress
from benchmarks.rows import PASSWORD, Town
from benchmarks.servers import HOST, log_in, platform_server, wait_until_ready
from benchmarks.stage import free_port
from projects.models import Project, Unit
from realestate.core.api.pagination import MOST

PAGE = 20
USERS = 8


def lists_of(asked: argparse.Namespace, database: str, town: Town) -> dict[str, float]:
    """p95 of every list over HTTP, the median of the rounds, in ms."""
    port = free_port()
    site = f"http://{HOST}:{port}"
    with platform_server(port, database) as server:
        wait_until_ready(server, f"{site}/health/ready")
        tokens = {
            "": "",
            "customer": log_in(site, town.customer, PASSWORD),
            "builder": log_in(site, town.builder, PASSWORD),
        }
        lists = paths(town)
        progress, found = Progress(len(lists) * asked.rounds), {}
        for name, (who, path) in lists.items():
            asks = [Ask(path=f"/api/{path}", token=tokens[who])]
            run_load(site, asks, seconds=1, connections=USERS)
            loads = []
            for _ in range(asked.rounds):
                progress.step(name)
                loads.append(run_load(site, asks, seconds=asked.seconds, connections=USERS))
            found[name] = statistics.median(load.p95 for load in loads)
        progress.end()
    return found


def paths(town: Town) -> dict[str, tuple[str, str]]:
    """Name of a list → who asks, and what."""
    last_project = -(-Project.objects.count() // PAGE)
    # The last page of all units that there is.
    last_unit = -(-min(Unit.objects.count(), MOST) // PAGE)
    return {
        "projects, first page": ("", f"projects?limit={PAGE}"),
        "projects, last page": ("", f"projects?limit={PAGE}&page={last_project}"),
        "projects, location": ("", f"projects?limit={PAGE}&location=pune"),
        "projects, words": ("", f"projects?limit={PAGE}&search=lake"),
        "projects, price range": (
            "",
            f"projects?limit={PAGE}&min_price=5000000&max_price=8000000&ordering=price",
        ),
        "projects of a builder": ("builder", f"projects?limit={PAGE}"),
        "units, first page": ("", f"units?limit={PAGE}"),
        "units, middle page": ("", f"units?limit={PAGE}&page={last_unit // 2}"),
        "units, last page": ("", f"units?limit={PAGE}&page={last_unit}"),
        "units, type and price": ("", f"units?limit={PAGE}&unit_type=2BHK&ordering=price"),
        "units, available": ("", f"units?limit={PAGE}&status=available"),
        "units, facing": ("", f"units?limit={PAGE}&facing=north"),
        "units, by area downwards": ("", f"units?limit={PAGE}&ordering=-area"),
        "units of a project": ("", f"projects/{town.project}/units?limit=100"),
        "my bookings": ("customer", "bookings"),
        "my bookings, active": ("customer", "bookings?status=active"),
        "bookings of a builder": ("builder", "builder/bookings"),
        "my notifications, first page": ("customer", f"notifications?limit={PAGE}"),
        "my notifications, last page": ("customer", f"notifications?limit={PAGE}&page=999"),
        "my notifications, unread": ("customer", f"notifications?limit={PAGE}&unread_only=true"),
        "my appointments": ("customer", "appointments"),
        "payments of a builder": ("builder", "payments"),
    }
