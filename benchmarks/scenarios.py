"""The rows of the goals' table that compare: what is asked, by whom, and what is to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.load import Ask
from benchmarks.rows import Town

READ = 3.0  # times the FastAPI design, without any cache
OF_LIMIT = 0.5  # of the hand-written read
CACHED, CONDITIONAL = 10.0, 15.0
HOLD = 1.5
PREFIX = {"platform": "/api/", "kept": "/api/", "limit": "/api/limit/", "yardstick": "/api/"}


@dataclass(frozen=True, kw_only=True)
class Read:
    """A GET that all three answer; ``mine``: with the customer's token."""

    name: str
    path: str
    mine: bool = False
    goal: float = READ

    def asks(self, who: str, token: str, tag: str = "") -> list[Ask]:
        """The request, to one of the three."""
        path = f"{PREFIX[who]}{self.path}"
        return [Ask(path=path, token=token if self.mine else "", tag=tag)]


def reads(town: Town) -> Sequence[Read]:
    """Every read that the FastAPI design has too."""
    project = f"projects/{town.project}"
    return (
        Read(name="10 projects with their builders", path="projects?limit=10"),
        Read(name="100 projects with their builders", path="projects?limit=100"),
        Read(name="one project", path=project),
        Read(name="100 units of a project", path=f"{project}/units?limit=100"),
        Read(name="progress of a project", path=f"{project}/progress"),
        Read(name="my bookings", path="bookings", mine=True),
        Read(name="my notifications", path="notifications", mine=True),
        Read(name="my appointments", path="appointments", mine=True),
    )


CATALOGUE = Read(name="catalogue, cache warm", path="projects?limit=10", goal=CACHED)
KNOWN = Read(name="catalogue, If-None-Match", path="projects?limit=10", goal=CONDITIONAL)


def holds(town: Town, tokens: Sequence[str]) -> list[Ask]:
    """Each unit once, the customers in turn."""
    return [
        Ask(method="POST", path=f"/api/units/{unit}/hold", token=tokens[place % len(tokens)])
        for place, unit in enumerate(town.free_units)
    ]
