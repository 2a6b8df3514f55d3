"""Everybody at once on a few units, whatever comes to their minds, and what is shown when it is over (A6)."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db import connection, connections

from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.people import Person
from drills.races import DOUBLE_CLAIMS, count, hold, no_contradiction
from drills.report import Promise, progress
from drills.swaps import CROWD, book
from projects.models import Unit
from projects.services import expire_claims
from realestate.core import audit
from realestate.core.transactions import service

UNITS = 10
SECONDS, QUICK_SECONDS = 60, 15
IMPORTS, EDGE = "/api/imports", "edge-of-a-part"
REFUSALS = {400, 403, 404, 409, 412, 422}
# Two claims of one unit at the same time, over all that ever was.
OVERLAPS = """
    SELECT count(*) FROM projects_claim a JOIN projects_claim b ON a.unit_id = b.unit_id AND a.id < b.id
    WHERE tstzrange(a.taken_at, least(a.released_at, a.expires_at))
        && tstzrange(b.taken_at, least(b.released_at, b.expires_at))
"""
# What each unit of a project must look like to its builder, from claims alone.
EXPECTED = """
    SELECT unit.id, CASE WHEN claim.id IS NULL AND unit.released_at IS NULL THEN 'not_released'
        WHEN claim.id IS NULL AND unit.blocked_at IS NOT NULL THEN 'blocked'
        WHEN claim.id IS NULL THEN 'available' WHEN claim.stage = 'held' THEN 'reserved'
        ELSE claim.stage END
    FROM projects_unit unit LEFT JOIN projects_claim claim ON claim.unit_id = unit.id
        AND claim.released_at IS NULL AND (claim.expires_at IS NULL OR claim.expires_at > now())
    WHERE unit.project_id = %s
"""


def run(database: str, *, quick: bool) -> list[Promise]:
    """The storm, a recount, and what a recount finds where somebody was put into a unit that was taken."""
    people.town(bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(CROWD)
    with house.site(database) as site:
        found = storm(site, crowd, QUICK_SECONDS if quick else SECONDS)
    return [*found, no_contradiction(), control(crowd)]


@dataclass
class Storm:
    """What people may do with ten units, and what they heard."""

    units: Sequence[int]
    doors: Sequence[str]  # the units' numbers
    project: int
    owner: Person
    heard: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    holds: list[tuple[int, Person]] = field(default_factory=list)
    bookings: list[tuple[int, Person]] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)
    applied: int = 0

    def call(self, person: Person, chance: random.Random) -> Call:
        """Something that somebody might want now."""
        unit = chance.choice(self.units)
        ways: list[Callable[[], Call]] = [lambda: hold(person, unit), lambda: book(person, unit)]
        ways += [lambda: self._of_the_builder(unit, chance), lambda: self._imported(chance)]
        if self.holds:
            claim, holder = chance.choice(self.holds[-20:])
            ways += [
                lambda: Call(method="PATCH", path=f"/api/holds/{claim}", token=holder.token),
                lambda: Call(method="DELETE", path=f"/api/holds/{claim}", token=holder.token),
            ]
        if self.bookings:
            booking, buyer = chance.choice(self.bookings[-20:])
            ways += [
                lambda: Call(path=f"/api/bookings/{booking}/cancel", token=buyer.token),
                lambda: self._paid(booking, chance),
            ]
        return chance.choice(ways)()

    def _of_the_builder(self, unit: int, chance: random.Random) -> Call:
        body: dict[str, object] = chance.choice(
            [{"is_blocked": True}, {"is_blocked": False}, {"price": chance.randrange(10**6, 10**7)}]
        )
        return Call(method="PATCH", path=f"/api/units/{unit}", token=self.owner.token, body=body)

    def _imported(self, chance: random.Random) -> Call:
        """A sheet with new prices of all units, or one that was sent before is applied."""
        if self.sheets and chance.random() < 0.5:
            path = f"/api/imports/{chance.choice(self.sheets[-5:])}/apply"
            return Call(path=path, token=self.owner.token)
        return sheet_of(self.doors, self.project, chance.randrange(10**6, 10**7), self.owner)

    def _paid(self, booking: int, chance: random.Random) -> Call:
        """Rarely: who has paid keeps the unit, and the storm would end."""
        if chance.random() > 0.05:
            return Call(method="GET", path=f"/api/bookings/{booking}", token=self.owner.token)
        body = {
            "booking_id": booking,
            "payment_type": "token",
            "payment_method": "upi",
            "amount": 100_000,
            "transaction_id": uuid4().hex,
        }
        return Call(path="/api/payments", token=self.owner.token, body=body)

    def note(self, call: Call, answer: Answer, person: Person) -> None:
        """Remember what came into being, and what should not have been said."""
        self.heard[str(answer.status)] += 1
        if answer.status == 201 and call.path.endswith("/hold"):
            self.holds.append((answer.json["id"], person))
        elif answer.status == 201 and call.path == "/api/bookings":
            self.bookings.append((answer.json["id"], person))
        elif answer.status == 201 and call.path == IMPORTS:
            self.sheets.append(answer.json["id"])
        elif answer.status == 200 and call.path.startswith(IMPORTS):
            self.applied += answer.json["state"] == "applied"
        elif answer.status not in {200, 201, *REFUSALS}:
            self.bad.append(f"{call.method} {call.path}: {answer.status} {answer.code}")


def sheet_of(doors: Sequence[str], project: int, price: int, owner: Person) -> Call:
    """A file for an import: the units of a project with these numbers, at this price."""
    lines = ["Unit number,Price", *(f"{door},{price}" for door in doors)]
    fields = {"kind": "units", "project_id": str(project)}
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts += [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="units.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n" + "\n".join(lines) + f"\r\n--{EDGE}--\r\n"
    ]
    return Call(
        path=IMPORTS,
        token=owner.token,
        body="".join(parts).encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={EDGE}"},
    )


def storm(site: house.Site, crowd: Sequence[Person], seconds: float) -> list[Promise]:
    """A6: twenty people do what comes to their minds while holds end; then everything is counted anew."""
    progress(f"A6: {CROWD} people and {UNITS} units for {seconds:.0f} s")
    project = Unit.objects.get(pk=people.free_units(1)[0]).project
    free = Unit.objects.filter(pk__in=people.free_units(500), project=project).order_by("pk")
    chosen = dict(free.values_list("pk", "unit_number")[:UNITS])
    (owner,) = people.logged_in([project.builder_id])
    scene = Storm(list(chosen), list(chosen.values()), project.pk, owner)
    end = time.perf_counter() + seconds
    with Callers([site.door], CROWD) as callers:

        def act(place: int) -> None:
            chance = random.Random(place)  # noqa: S311  # each caller's own dice, the same in every run; no secret
            while time.perf_counter() < end:
                person = crowd[place]
                call = scene.call(person, chance)
                scene.note(call, callers.send(call, place), person)

        clock = threading.Thread(target=lapse_now_and_then, args=(scene.units, end))
        clock.start()
        callers.each(act)
        clock.join()
        wrong = differences(callers, project.pk, owner)
    figure = ", ".join(f"{times} × {status}" for status, times in sorted(scene.heard.items()))
    return [
        Promise(
            id="A6",
            what=f"{CROWD} people hold, book, pay, cancel, block, reprice and import {UNITS} units for {seconds:.0f} s",
            figure=f"{figure}; {scene.applied} sheets applied;"
            f" {len(scene.bad)} answers that should not be{f': {scene.bad[0]}' if scene.bad else ''}",
            holds=not scene.bad and len(scene.bookings) > UNITS and scene.applied > 0,
        ),
        Promise(
            id="A6",
            what="then what is shown is what claims say, and no unit ever had two owners",
            figure=f"differences: {'; '.join(wrong) or 'none'}; {count(OVERLAPS)} claims overlapped",
            holds=not wrong and count(OVERLAPS) == 0,
        ),
    ]


def lapse_now_and_then(units: Sequence[int], end: float) -> None:
    """Holds come to their end, and the job that records it runs."""
    for unit in itertools.cycle(units):
        if time.perf_counter() > end:
            break
        end_now(unit)
        expire_claims()
        time.sleep(0.2)  # a pace, not a wait for anything: holds shall also live for a while
    connections.close_all()


@service
def end_now(unit: int) -> None:
    """The hold of a unit has its last moment now."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.bulk_load = 'on'")
        cursor.execute(
            "UPDATE projects_claim SET expires_at = greatest(clock_timestamp(), taken_at + interval '1 microsecond')"
            " WHERE unit_id = %s AND released_at IS NULL AND expires_at > clock_timestamp()",
            [unit],
        )
    audit.record(audit.SYSTEM, Unit.objects.get(pk=unit), "drilled", after={"its hold": "ends"})


def differences(callers: Callers, project: int, owner: Person) -> list[str]:
    """Where statuses, free counts, dashboard or report say something else than claims do."""
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, [project])
        expected = dict(cursor.fetchall())

    def get(path: str) -> Any:
        return callers.send(Call(method="GET", path=path, token=owner.token)).json

    counts = Counter(expected.values())
    shown = {pk: get(f"/api/units/{pk}")["status"] for pk in expected}
    grid = get(f"/api/projects/{project}/availability")["totals"]
    totals = {status: number for status, number in grid.items() if number}
    free = get(f"/api/projects/{project}")["available_units"]
    found = [
        f"unit {pk} shows {shown[pk]}, not {says}"
        for pk, says in expected.items()
        if shown[pk] != says
    ]
    if totals != counts:
        found.append(f"availability says {totals}, not {dict(counts)}")
    if free != counts["available"]:
        found.append(f"{free} units available, not {counts['available']}")
    return found


def control(crowd: Sequence[Person]) -> Promise:
    """A6 over a history in which somebody was put into a unit that was taken."""
    unit = people.free_units(1)[0]
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS one_live_claim_per_unit")
        cursor.execute("SET house.bulk_load = 'on'")
        for person in crowd[:2]:
            cursor.execute(
                "INSERT INTO projects_claim (unit_id, kind, stage, customer_id, taken_at, expires_at, release_reason)"
                " VALUES (%s, 'hold', 'held', %s, now(), now() + interval '1 hour', '')",
                [unit, person.pk],
            )
    overlapped, doubles = count(OVERLAPS), count(DOUBLE_CLAIMS)
    return Promise(
        id="A6",
        what="control: two claims of one unit at a time are found",
        figure=f"{overlapped} overlapped, {doubles} units claimed twice",
        holds=bool(overlapped and doubles),
    )
