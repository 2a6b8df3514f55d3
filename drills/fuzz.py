"""The whole OpenAPI document, asked by each role with what it allows and what it does not, over HTTP (F1, F2).

Each lane has a server and a database of its own and asks its part of the operations: what only reads first, then what
writes. Before another role asks, the rows that the one before it changed come back.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import schemathesis
from schemathesis.schemas import APIOperation

from accounts.services.sessions import open_session
from drills import house
from drills.alone import Headers, back, forget_uses, fresh_site
from drills.chains import chains
from drills.lanes import LANES, lanes
from drills.report import Promise, progress
from drills.unserved import SELDOM, UNSERVED
from scheduling.services import open_feed
from tests.fuzz.cases import ROLES, operations
from tests.fuzz.harness import SEED, Findings, Fuzz
from tests.permissions.world import World, make_world

Endpoint = APIOperation[Any, Any, Any, Any]
# Of each operation and role; the first of them is a call that works.
EXAMPLES, QUICK_EXAMPLES = (20, 2)
CONTROL = "GET /api/units/{id}"
MOST_TOLD = 10


def run(database: str, *, quick: bool) -> list[Promise]:
    """The document; chains of calls; then a document and a platform that are wrong."""
    progress("a world with one row of each kind")
    world = make_world()
    open_feed(actor=world.cast.asha)  # of which the world has none
    headers = {role: headers_of(world, role) for role in ROLES}
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    found = Findings()
    with lanes(database) as pool:
        parts = [pool.submit(ask_part, world, headers, n, examples) for n in range(LANES)]
        for part in parts:
            found.add(part.result())
        linked = chains(pool, world, headers, quick=quick)
        wrong = pool.submit(wrong_document, world).result()
        broken = pool.submit(broken_platform, world, headers).result()
    return [promised(found, examples), linked, wrong, broken]


def ask_part(world: World, headers: Headers, lane: int, examples: int) -> Findings:
    """In a lane: every operation of its part by every role."""
    found = Findings()
    with fresh_site() as (site, schema):
        fuzz = Fuzz(world=world, findings=found, examples=examples, base_url=site.url)
        chosen = operations(schema)[lane::LANES]
        for number, operation in enumerate(chosen):
            if number % 10 == 0:
                progress(f"F1: lane {lane + 1}, operation {number + 1} of {len(chosen)}")
            known = len(found.faults)
            ask_all_roles(fuzz, operation, headers, site)
            for fault in list(found.faults.values())[known:]:
                progress(f"F1: {fault}")
    return found


def ask_all_roles(fuzz: Fuzz, operation: Endpoint, headers: Headers, site: house.Site) -> None:
    """Each with other cases; rows that somebody changed come back before the next."""
    for number, role in enumerate(ROLES):
        forget_uses()
        replace(fuzz, seed=SEED + number).ask(operation, role, headers[role])
        if operation.method.upper() != "GET" and (operation.label, role) in fuzz.findings.reached:
            back(site)


def promised(found: Findings, examples: int) -> Promise:
    """F1: no answer that the document does not promise, and nothing that nobody is served, but for known reasons."""
    pairs = len(found.times) * len(ROLES)
    silent = found.times.keys() - found.served
    unknown = sorted(silent - UNSERVED.keys() - SELDOM.keys())
    outdated = sorted(UNSERVED.keys() - silent)
    fewest = min(found.times.values())
    return Promise(
        id="F1",
        what=f"{len(found.times)} operations as {len(ROLES)} roles, {examples} requests each: as the document promises",
        figure=f"{len(found.faults)} faults in {found.requests} requests; {len(found.asked)} of {pairs} pairs asked,"
        f" {len(found.reached)} of them served; at least {fewest} requests of each operation;"
        f" {len(found.served)} operations answered somebody with 2xx, {len(silent)} did not, of which"
        f" {len(silent) - len(unknown)} for a known reason (unknown: {', '.join(unknown) or 'none'};"
        f" served against expectation: {', '.join(outdated) or 'none'}); {found.told(MOST_TOLD)}",
        holds=not found.faults
        and len(found.asked) == pairs
        and fewest >= examples * len(ROLES)
        and not unknown
        and not outdated,
    )


def wrong_document(world: World) -> Promise:
    """Control, in a lane: a document that forgets a status."""
    found = Findings()
    with fresh_site() as (site, schema):
        raw = schema.raw_schema
        raw["paths"]["/api/units/{id}"]["get"]["responses"].pop("200")
        fuzz = Fuzz(world=world, findings=found, examples=5, base_url=site.url)
        for operation in only(schemathesis.openapi.from_dict(raw), CONTROL):
            fuzz.ask(operation, "anonymous", {})
    return Promise(
        id="F1",
        what="control: a document that forgets a status is found wrong",
        figure=", ".join(title for _name, title in found.faults) or "nothing found",
        holds=bool(found.faults),
    )


def broken_platform(world: World, headers: Headers) -> Promise:
    """Control, in a lane: a platform whose lists raise."""
    found = Findings()
    with fresh_site(without="lists") as (site, schema):
        fuzz = Fuzz(world=world, findings=found, examples=5, base_url=site.url)
        for operation in only(schema, "GET /api/projects"):
            fuzz.ask(operation, "meera", headers["meera"])
    return Promise(
        id="F1",
        what="control: a view that raises is found",
        figure=", ".join(title for _name, title in found.faults) or "nothing found",
        holds=any(title.startswith("Server error") for _name, title in found.faults),
    )


def only(schema: Any, label: str) -> Iterator[Endpoint]:
    """The one operation that a control is about."""
    return (operation for operation in operations(schema) if operation.label == label)


def headers_of(world: World, role: str) -> dict[str, str]:
    """A session as a login opens it."""
    person = world.person(role)
    if person is None:
        return {}
    tokens = open_session(user_id=person.pk, password=person.password).tokens
    return {"Authorization": f"Bearer {tokens.access_token}"}
