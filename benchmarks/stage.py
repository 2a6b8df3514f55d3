"""Everything that a run needs: the database with its rows, both servers, and the tokens of its people."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import Popen
from typing import TYPE_CHECKING

from benchmarks.servers import (
    HOST,
    YARDSTICK,
    log_in,
    platform_server,
    wait_until_ready,
    yardstick_server,
)

if TYPE_CHECKING:
    from benchmarks.rows import Town

NO_YARDSTICK = "The FastAPI application has no environment yet: make bench makes .venv-bench."


@dataclass(kw_only=True)
class Stage:
    """Where the servers are, and who asks."""

    town: "Town"
    sites: dict[str, str]  # contestant -> address
    server: "Popen[bytes]"
    started_in: float
    customer: str = ""  # tokens
    owner: str = ""
    holders: list[str] = field(default_factory=list)


@contextmanager
def stage(database: str, *, units: int, workers: int) -> Iterator[Stage]:
    """Fill the database, start both servers, log everybody in."""
    from benchmarks.rows import PASSWORD, build_town

    if not YARDSTICK.exists():
        raise SystemExit(NO_YARDSTICK)
    town = build_town(units)
    ours, theirs = free_port(), free_port()
    site, other = f"http://{HOST}:{ours}", f"http://{HOST}:{theirs}"
    with (
        platform_server(ours, database) as server,
        yardstick_server(theirs, workers) as yardstick,
    ):
        seconds = wait_until_ready(server, f"{site}/health/ready")
        wait_until_ready(yardstick, f"{other}/health")
        people = Stage(
            town=town,
            sites={"platform": site, "limit": site, "yardstick": other},
            server=server,
            started_in=seconds,
        )
        people.customer = log_in(site, town.customer, PASSWORD)
        people.owner = log_in(site, town.account_owner, PASSWORD)
        people.holders = [log_in(site, email, PASSWORD) for email in town.holders]
        yield people


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
