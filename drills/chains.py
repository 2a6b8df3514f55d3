"""F2: chains of calls, in which an answer's keys go into the next request, as the OpenAPI document lets one guess."""

import time
from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema

from drills.alone import Headers, back, forget_uses, fresh_site
from drills.lanes import LANES
from drills.report import Promise, progress
from tests.fuzz.cases import fitted, known_call
from tests.fuzz.harness import Findings
from tests.permissions.world import World

LIMIT, QUICK_LIMIT = 15 * 60, 60  # seconds, over all lanes
CHAINS, STEPS = 20, 8  # between two looks at the clock
MANY, QUICK_MANY = 80, 20  # operations that serve somebody
MOST_TOLD = 5


def chains(pool: Executor, world: World, headers: Headers, *, quick: bool) -> Promise:
    """Each role in turn until the time is over, in every lane."""
    limit, many = (QUICK_LIMIT, QUICK_MANY) if quick else (LIMIT, MANY)
    parts = [pool.submit(ask_in_chains, world, headers, n, limit // LANES) for n in range(LANES)]
    found = Findings()
    for part in parts:
        found.add(part.result())
    return Promise(
        id="F2",
        what=f"chains of up to {STEPS} calls for {limit // 60} min as {len(headers)} roles, {many} operations served",
        figure=f"{len(found.faults)} faults in {found.requests} requests, {len(found.served)} operations served;"
        f" {found.told(MOST_TOLD)}",
        holds=not found.faults and len(found.served) >= many,
    )


def ask_in_chains(world: World, headers: Headers, lane: int, seconds: float) -> Findings:
    """In a lane: what a role changes is undone before the next role begins."""
    found, rounds = Findings(), lane
    with fresh_site() as (site, schema):
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            role = list(headers)[rounds % len(headers)]
            progress(f"F2: chains of {role}, {found.requests} requests, {len(found.faults)} faults")
            forget_uses()
            with suppress(Flaky):  # rows change: the same call may open other ways the next time
                run_state_machine_as_test(
                    machine(schema, site.url, world, found, role=role, headers=headers[role]),
                    settings=how_much(),
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
        verbosity=Verbosity.quiet,
    )


def machine(
    schema: BaseSchema,
    url: str,
    world: World,
    found: Findings,
    *,
    role: str,
    headers: Mapping[str, str],
) -> Any:
    """Schemathesis' own, which begins with calls that work, notes what it hears and goes on."""

    class Chains(schema.as_state_machine()):  # type: ignore[misc]  # made by Schemathesis
        def step(self, begun: Any) -> Any:
            if begun.transition is None:  # made up altogether; what follows from an answer stays
                fitted(begun.case, known_call(begun.case.operation), world, how=2, pick=0)
            return super().step(begun)

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"headers": dict(headers), "base_url": url}

        def validate_response(self, response: Response, case: Case[Any], **_more: Any) -> None:
            found.note(role, case, response)

    return Chains
