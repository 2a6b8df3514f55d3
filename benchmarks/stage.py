"""Everything that a run needs: the database with its rows, both servers, and the tokens of its people."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    sites: dict[str, str]  # of whom -> address; only "kept" keeps answers
    server: "Popen[bytes]"  # the one that keeps answers, as everybody runs it
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
    site, kept, other = (f"http://{HOST}:{free_port()}" for _ in range(3))
    with ExitStack() as running:
        server = running.enter_context(platform_server(port_of(kept), database, keeps=True))
        seconds = wait_until_ready(server, f"{kept}/health/ready")
        without = running.enter_context(platform_server(port_of(site), database))
        wait_until_ready(without, f"{site}/health/ready")
        yardstick = running.enter_context(yardstick_server(port_of(other), workers))
        wait_until_ready(yardstick, f"{other}/health")
        people = Stage(
            town=town,
            sites={"platform": site, "limit": site, "kept": kept, "yardstick": other},
            server=server,
            started_in=seconds,
        )
        people.customer = log_in(site, town.customer, PASSWORD)
        people.owner = log_in(site, town.account_owner, PASSWORD)
        people.holders = [log_in(site, email, PASSWORD) for email in town.holders]
        yield people


def port_of(site: str) -> int:
    """The port of an address."""
    return int(site.rpartition(":")[2])


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
