"""The whole OpenAPI document, asked by each role with what it allows and what it does not, over HTTP (F1, F2)."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import schemathesis
from django.db import connection
from schemathesis.schemas import APIOperation

from accounts.services.sessions import open_session
from drills import house
from drills.callers import Call, Callers
from drills.chains import chains
from drills.report import Promise, progress
from tests.fuzz.cases import ROLES, operations
from tests.fuzz.harness import Findings, Fuzz
from tests.permissions.world import World, make_world

LIMIT = 90 * 60  # seconds
ALONE = {
    "WEB_WORKERS": "1",
    "WEB_THREADS": "1",
}  # one connection, which is whole again when one answer says so
CONTROL = "GET /api/units/{id}"
MOST_TOLD = 10


def run(database: str, *, quick: bool) -> list[Promise]:
    """The document; then a document and a platform that are wrong."""
    progress("a world with one row of each kind")
    world = make_world()
    headers = {role: headers_of(world, role) for role in ROLES}
    copy = Copy(database)
    with house.site(database, more=ALONE) as site:
        schema = schemathesis.openapi.from_url(f"{site.url}/api/schema?format=json")
        found, examples = Findings(), 10 if quick else 100
        fuzz = Fuzz(world=world, findings=found, examples=examples, base_url=site.url)
        chosen = operations(schema)
        ask_all(fuzz, chosen, headers, lambda: copy.put_back(site))
        linked = chains(schema, site.url, headers, quick=quick)
        wrong = wrong_document(fuzz, schema.raw_schema, site.url)
    return [
        promised(found, chosen, examples),
        linked,
        wrong,
        broken_platform(fuzz, database, headers),
    ]


def ask_all(fuzz: Fuzz, chosen: list[APIOperation], headers: dict[str, Any], put_back: Any) -> None:
    """Every operation by every role, until the time is over; rows that somebody changed come back before the next."""
    end = time.monotonic() + LIMIT
    for number, operation in enumerate(chosen):
        if number % 10 == 0:
            progress(
                f"F1: operation {number + 1} of {len(chosen)}, {fuzz.findings.requests} requests,"
                f" {len(fuzz.findings.faults)} faults"
            )
        for role in ROLES:
            if time.monotonic() > end:
                return
            forget_uses()
            fuzz.ask(operation, role, headers[role])
            if (
                operation.method.upper() != "GET"
                and (operation.label, role) in fuzz.findings.reached
            ):
                put_back()


def promised(found: Findings, chosen: list[APIOperation], examples: int) -> Promise:
    """F1: no answer that the document does not promise."""
    pairs = len(chosen) * len(ROLES)
    silent = sorted({operation.label for operation in chosen} - found.served)
    return Promise(
        id="F1",
        what=f"{len(chosen)} operations as {len(ROLES)} roles, {examples} requests each: as the document promises",
        figure=f"{len(found.faults)} faults in {found.requests} requests; {len(found.asked)} of {pairs} pairs asked,"
        f" {len(found.reached)} of them served; {len(found.served)} operations answered somebody with 2xx"
        f" (not: {', '.join(silent) or 'none'}); {found.told(MOST_TOLD)}",
        holds=not found.faults and len(found.asked) == pairs,
    )


def wrong_document(fuzz: Fuzz, raw: dict[str, Any], url: str) -> Promise:
    """Control: a document that forgets a status."""
    raw["paths"]["/api/units/{id}"]["get"]["responses"].pop("200")
    found = Findings()
    again = Fuzz(world=fuzz.world, findings=found, examples=5, base_url=url)
    for operation in only(raw):
        again.ask(operation, "anonymous", {})
    return Promise(
        id="F1",
        what="control: a document that forgets a status is found wrong",
        figure=", ".join(title for _name, title in found.faults) or "nothing found",
        holds=bool(found.faults),
    )


def broken_platform(fuzz: Fuzz, database: str, headers: dict[str, Any]) -> Promise:
    """Control: a platform whose lists raise."""
    found = Findings()
    with house.site(database, without="lists", more=ALONE) as site:
        schema = schemathesis.openapi.from_url(f"{site.url}/api/schema?format=json")
        again = Fuzz(world=fuzz.world, findings=found, examples=5, base_url=site.url)
        for operation in operations(schema):
            if operation.label == "GET /api/projects":
                again.ask(operation, "meera", headers["meera"])
    return Promise(
        id="F1",
        what="control: a view that raises is found",
        figure=", ".join(title for _name, title in found.faults) or "nothing found",
        holds=any(title.startswith("Server error") for _name, title in found.faults),
    )


def only(raw: dict[str, Any]) -> Iterator[APIOperation]:
    """The one operation that the control is about."""
    for operation in operations(schemathesis.openapi.from_dict(raw)):
        if operation.label == CONTROL:
            yield operation


def headers_of(world: World, role: str) -> dict[str, str]:
    """A session as a login opens it."""
    person = world.person(role)
    if person is None:
        return {}
    tokens = open_session(user_id=person.pk, password=person.password).tokens
    return {"Authorization": f"Bearer {tokens.access_token}"}


def forget_uses() -> None:
    """Limits on how often one may try are the matter of others."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_ratecounter")


class Copy:
    """A copy of the database as it was at first."""

    def __init__(self, database: str) -> None:
        self.name = connection.settings_dict["NAME"]
        self.address = database.rpartition("/")[0] + "/postgres"
        self._do(f'CREATE DATABASE "{self.name}_copy" TEMPLATE "{self.name}"')

    def put_back(self, site: house.Site) -> None:
        """The database is what it was, and the server has noticed."""
        self._do(
            f'DROP DATABASE "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_copy"',
        )
        with Callers([site.door], 1) as caller:
            for _try in range(100):
                if caller.send(Call(method="GET", path="/api/units")).status == 200:
                    return
                time.sleep(0.1)
        raise SystemExit("The server does not find the database that was put back.")

    def _do(self, *statements: str) -> None:
        connection.close()
        with psycopg.connect(self.address, autocommit=True) as admin:
            for statement in statements:
                admin.execute(statement)
