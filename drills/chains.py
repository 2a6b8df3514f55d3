"""F2: chains of calls, in which an answer's keys go into the next request, as the OpenAPI document lets one guess."""

import time
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema

from drills.report import Promise, progress
from tests.fuzz.harness import Findings

LIMIT, QUICK_LIMIT = 15 * 60, 60  # seconds
CHAINS, STEPS = 20, 8  # between two looks at the clock
MOST_TOLD = 5


def chains(
    schema: BaseSchema, url: str, headers: Mapping[str, Mapping[str, str]], *, quick: bool
) -> Promise:
    """Each role in turn until the time is over; nothing that they change is undone."""
    found, begun, rounds = Findings(), time.monotonic(), 0
    limit = QUICK_LIMIT if quick else LIMIT
    while time.monotonic() - begun < limit:
        role = list(headers)[rounds % len(headers)]
        progress(f"F2: chains of {role}, {found.requests} requests, {len(found.faults)} faults")
        run_state_machine_as_test(
            machine(schema, url, role, headers[role], found), settings=how_much()
        )
        rounds += 1
    return Promise(
        id="F2",
        what=f"chains of up to {STEPS} calls for {limit // 60} min as {len(headers)} roles: as the document promises",
        figure=f"{len(found.faults)} faults in {found.requests} requests, {len(found.served)} operations served;"
        f" {found.told(MOST_TOLD)}",
        holds=not found.faults and len(found.served) > 20,
    )


def how_much() -> settings:
    """Random: each run finds other chains."""
    return settings(
        max_examples=CHAINS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def machine(
    schema: BaseSchema, url: str, role: str, headers: Mapping[str, str], found: Findings
) -> Any:
    """Schemathesis' own, which notes what it hears and goes on."""

    class Chains(schema.as_state_machine()):  # type: ignore[misc]  # made by Schemathesis
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"headers": dict(headers), "base_url": url}

        def validate_response(self, response: Response, case: Case, **_more: Any) -> None:
            found.note(role, case, response)

    return Chains
