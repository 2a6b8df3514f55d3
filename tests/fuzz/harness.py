"""Asks an operation many times as somebody, and says what of the answers the document does not promise.

Where the requests go and how the rows come back that they change is for the caller to say: the tests undo each
request in their own transaction, the drill puts a whole database back.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.cases import cases
from tests.permissions.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SEED = 20_260_105


@dataclass
class Findings:
    """What came of it; a fault is told once for an operation, with the request that shows it."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)  # how often each operation was asked
    asked: set[tuple[str, str]] = field(default_factory=set)
    reached: set[tuple[str, str]] = field(default_factory=set)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return self.statuses.total()

    @property
    def served(self) -> set[str]:
        """Operations that answered somebody with a 2xx."""
        return {operation for operation, _role in self.reached}

    def add(self, other: "Findings") -> None:
        """What somebody else found."""
        self.statuses += other.statuses
        self.times += other.times
        self.asked |= other.asked
        self.reached |= other.reached
        self.faults = other.faults | self.faults

    def told(self, most: int) -> str:
        """The statuses, and the first faults, a line each."""
        statuses = ", ".join(
            f"{count} × {status}" for status, count in sorted(self.statuses.items())
        )
        return statuses + "".join(
            f"\n        {fault}" for fault in list(self.faults.values())[:most]
        )

    def note(self, role: str, case: Case, response: Response) -> None:
        """One more answer."""
        name = case.operation.label
        self.statuses[response.status_code] += 1
        self.times[name] += 1
        self.asked.add((name, role))
        if response.status_code < 300:
            self.reached.add((name, role))
        for failure in failures(case, response):
            told = f"{name}: {failure.title}, {response.status_code} to {role}: {failure.message[:300]}"
            key = (name, f"{failure.title} {response.status_code}")
            self.faults.setdefault(
                key, f"{told}\n{case.as_curl_command()[:1500]}\n{response.text[:300]}"
            )


def failures(case: Case, response: Response) -> list[Failure]:
    """What of an answer the document does not promise."""
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return [error for error in group.exceptions if isinstance(error, Failure)]
    except Failure as failure:
        return [failure]
    return []


@contextlib.contextmanager
def left_alone() -> Iterator[None]:
    """Nothing is undone after a request."""
    yield


@dataclass(frozen=True, kw_only=True)
class Fuzz:
    """``undone`` surrounds each request; ``headers`` and ``base_url`` are those of the requests."""

    world: World
    findings: Findings
    examples: int
    base_url: str | None = None
    seed: int = SEED
    undone: Callable[[], AbstractContextManager[None]] = left_alone

    def ask(self, operation: APIOperation, role: str, headers: dict[str, str]) -> None:
        """So many cases of an operation, always the same ones."""

        @seed(self.seed)
        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases(operation, self.world))
        def one(case: Case) -> None:
            with self.undone():
                response = case.call(base_url=self.base_url, headers=headers)
                self.findings.note(role, case, response)

        one()
