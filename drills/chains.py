"""F2: chains of calls, in which an answer's keys go into the next request, as the OpenAPI document lets one guess."""

import time
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema

from drills.alone import Headers, back, forget_uses, fresh_site
from drills.lanes import LANES
from drills.report import Promise, progress
from tests.fuzz.harness import Findings

LIMIT, QUICK_LIMIT = 15 * 60, 60  # seconds, over all lanes
CHAINS, STEPS = 20, 8  # between two looks at the clock
MOST_TOLD = 5


def chains(pool: Executor, headers: Headers, *, quick: bool) -> Promise:
    """Each role in turn until the time is over, in every lane."""
    limit = QUICK_LIMIT if quick else LIMIT
    parts = [pool.submit(ask_in_chains, headers, n, limit // LANES) for n in range(LANES)]
    found = Findings()
    for part in parts:
        found.add(part.result())
    return Promise(
        id="F2",
        what=f"chains of up to {STEPS} calls for {limit // 60} min as {len(headers)} roles: as the document promises",
        figure=f"{len(found.faults)} faults in {found.requests} requests, {len(found.served)} operations served;"
        f" {found.told(MOST_TOLD)}",
        holds=not found.faults and len(found.served) > 20,
    )


def ask_in_chains(headers: Headers, lane: int, seconds: float) -> Findings:
    """In a lane: what a role changes is undone before the next role begins."""
    found, begun, rounds = Findings(), time.monotonic(), lane
    with fresh_site() as (site, schema):
        while time.monotonic() - begun < seconds:
            role = list(headers)[rounds % len(headers)]
            progress(f"F2: chains of {role}, {found.requests} requests, {len(found.faults)} faults")
            forget_uses()
            run_state_machine_as_test(
                machine(schema, site.url, role, headers[role], found), settings=how_much()
            )
            back(site)
            rounds += 1
    return found


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
