"""Scarce things under many hands at once, over HTTP and several processes (A1, A5, A7, A9, A10)."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, connections

from accounts.models import User
from bookings.models import Booking
from bookings.services import release_hold
from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.people import Person
from drills.report import Promise, progress
from projects.enums import ClaimKind
from projects.models import Claim, Unit
from projects.services import expire_claims
from realestate.core import audit, clock
from realestate.core.transactions import service

CROWD = 50
SLOWEST = 2.0  # seconds
HELD_AT_ONCE = 2
DAYS = 50  # as far ahead as meetings are made here; the platform allows sixty days

DOUBLE_CLAIMS = """
    SELECT count(*) FROM (SELECT unit_id FROM projects_claim
        WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        GROUP BY unit_id HAVING count(*) > 1) twice
"""
OVERLAPS = """
    SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id
    WHERE a.status IN ('scheduled', 'confirmed') AND b.status IN ('scheduled', 'confirmed')
      AND (a.host_id = b.host_id AND a.starts_at < b.host_free_at AND b.starts_at < a.host_free_at
        OR a.customer_id = b.customer_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at)
"""
MESSAGES = "SELECT count(*) FROM messaging_message WHERE client_id LIKE 'drill-%'"


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each promise, then the same race without its guards."""
    rounds = 30 if quick else 300
    people.town(bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(CROWD)
    with house.site(database) as site, Callers([site.door], CROWD) as callers:
        found = [
            one_unit(callers, crowd, rounds),
            lapsed_hold(callers, crowd, rounds // 3),
            one_slot(callers, crowd, rounds // 3),
            own_limit(callers, crowd, rounds // 6),
            lost_updates(callers, rounds * 2 // 3),
            one_message(callers, crowd[0], rounds // 3),
        ]
    return [*found, no_contradiction(), control(database, crowd, 10)]


def no_contradiction() -> Promise:
    """A3, and the checks that must hold after any storm."""
    broken, deadlocks = house.integrity(), house.deadlocks()
    return Promise(
        id="A3",
        what="no race ends in a deadlock or leaves a contradiction",
        figure=f"{deadlocks} deadlocks in the server's log; check_integrity: {', '.join(broken) or 'all good'}",
        holds=not broken and not deadlocks,
    )


def one_unit(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A1: everybody holds one unit at the same moment."""
    units, begun = people.free_units(rounds), time.perf_counter()
    good, slowest = 0, 0.0
    for number, unit in enumerate(units):
        tell("A1", number, rounds)
        answers = callers.together([hold(person, unit) for person in crowd])
        good += is_fair(answers, "unit_not_available")
        slowest = max(slowest, *(answer.seconds for answer in answers))
    doubles, rate = count(DOUBLE_CLAIMS), rounds / (time.perf_counter() - begun)
    give_back()
    return Promise(
        id="A1",
        what=f"{CROWD} customers and one unit: one 201, {CROWD - 1} times 409 unit_not_available",
        figure=f"{good} of {rounds} rounds; {doubles} units claimed twice; slowest {slowest:.2f} s; {rate:.1f}/s",
        holds=good == rounds and doubles == 0 and slowest <= SLOWEST,
    )


def lapsed_hold(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A2: everybody holds a unit whose hold has just lapsed, while the job that records lapses runs all the time."""
    good, over = 0, threading.Event()

    def record_lapses() -> None:
        while not over.wait(0.005):
            expire_claims()
        connections.close_all()

    job = threading.Thread(target=record_lapses)
    for number, unit in enumerate(people.free_units(rounds)):
        tell("A2", number, rounds)
        callers.send(hold(crowd[number % len(crowd)], unit))
        lapse(unit)
        if not job.is_alive():
            job.start()
        good += is_fair(
            callers.together([hold(person, unit) for person in crowd]), "unit_not_available"
        )
    over.set()
    job.join()
    doubles = count(DOUBLE_CLAIMS)
    give_back()
    return Promise(
        id="A2",
        what=f"{CROWD} customers and a unit whose hold has lapsed, while lapses are being recorded: one 201",
        figure=f"{good} of {rounds} rounds; {doubles} units claimed twice",
        holds=good == rounds and doubles == 0,
    )


@service
def lapse(unit: int) -> None:
    """Let the hold of a unit end a minute ago, as time does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.bulk_load = 'on'")
        cursor.execute(
            "UPDATE projects_claim SET taken_at = now() - interval '1 hour', expires_at = now() - interval '1 minute'"
            " WHERE unit_id = %s AND released_at IS NULL",
            [unit],
        )
    row = Unit.objects.get(pk=unit)
    audit.record(audit.SYSTEM, row, "drilled", after={"its hold": "has lapsed"})


def one_slot(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A5: everybody asks for one time of one host."""
    project = people.project()
    start = clock.local(clock.now()).replace(hour=10, minute=0, second=0, microsecond=0)
    good, unfair = 0, Counter[str]()
    for number in range(rounds):
        tell("A5", number, rounds)
        at = start + timedelta(days=3 + number % DAYS, hours=2 * (number // DAYS))
        body = {
            "project_id": project.pk,
            "appointment_type": "site_visit",
            "appointment_date": at.isoformat(),
        }
        answers = callers.together(
            [Call(path="/api/appointments", token=person.token, body=body) for person in crowd]
        )
        if is_fair(answers, "slot_taken"):
            good += 1
        else:
            unfair += Counter(f"{answer.status} {answer.code}".strip() for answer in answers)
    overlaps = count(OVERLAPS)
    return Promise(
        id="A5",
        what=f"{CROWD} customers and one time of one host: one 201, {CROWD - 1} times 409 slot_taken",
        figure=f"{good} of {rounds} rounds; {overlaps} appointments overlap"
        + (f"; else: {dict(unfair)}" if unfair else ""),
        holds=good == rounds and overlaps == 0,
    )


def own_limit(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A7: one customer holds many units at once, and gets as many as the setting says."""
    people.set_to(bookings__holds_per_customer=HELD_AT_ONCE)
    held = Claim.objects.live(clock.now()).filter(kind=ClaimKind.HOLD)
    busy = set(held.values_list("taken_by", flat=True))
    crowd = [person for person in crowd if person.pk not in busy][:rounds]
    good, tries = 0, 20
    for number, person in enumerate(crowd):
        tell("A7", number, len(crowd))
        answers = callers.together([hold(person, unit) for unit in people.free_units(tries)])
        won = sum(answer.status == 201 for answer in answers)
        lost = sum((answer.status, answer.code) == (422, "hold_limit") for answer in answers)
        good += (won, lost) == (HELD_AT_ONCE, tries - HELD_AT_ONCE)
        give_back()
    return Promise(
        id="A7",
        what=f"{tries} holds of one customer at once: {HELD_AT_ONCE} are taken, the others refused (hold_limit)",
        figure=f"{good} of {len(crowd)} rounds",
        holds=good == len(crowd) > 0,
    )


def lost_updates(callers: Callers, rounds: int) -> Promise:
    """A9: two changes that saw the same version."""
    unit = Unit.objects.order_by("pk").select_related("project")[0]
    (owner,) = people.logged_in([unit.project.builder_id])
    path, good = f"/api/units/{unit.pk}", 0
    for number in range(rounds):
        tell("A9", number, rounds)
        seen = callers.send(Call(path=path, method="GET", token=owner.token)).headers["etag"]
        bodies = ({"price": 5_000_000 + 2 * number}, {"price": 5_000_001 + 2 * number})
        answers = callers.together(
            [
                Call(
                    path=path,
                    method="PATCH",
                    token=owner.token,
                    body=body,
                    headers={"If-Match": seen},
                )
                for body in bodies
            ]
        )
        good += sorted(answer.status for answer in answers) == [200, 412]
    return Promise(
        id="A9",
        what="two changes with the same If-Match: one 200, one 412",
        figure=f"{good} of {rounds} rounds",
        holds=good == rounds,
    )


def one_message(callers: Callers, person: Person, rounds: int) -> Promise:
    """A10: an impatient device sends the same message ten times."""
    project, good = people.project().pk, 0
    for number in range(rounds):
        tell("A10", number, rounds)
        body = {"project_id": project, "message_content": "Hello", "client_id": f"drill-{number}"}
        answers = callers.together([Call(path="/api/messages", token=person.token, body=body)] * 10)
        good += {answer.status for answer in answers} <= {200, 201} and len(
            {answer.json["id"] for answer in answers}
        ) == 1
    rows = count(MESSAGES)
    return Promise(
        id="A10",
        what="one message sent ten times at once: one row, one id",
        figure=f"{good} of {rounds} rounds, {rows} rows",
        holds=good == rounds == rows,
    )


def control(database: str, crowd: Sequence[Person], rounds: int) -> Promise:
    """A1 without the lock and without the index: if this sells units once only, the race proves nothing."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_claim_per_unit")
    people.set_to(bookings__holds_per_customer=100)
    bad = 0
    with house.site(database, without="locks") as site, Callers([site.door], CROWD) as callers:
        for number, unit in enumerate(people.free_units(rounds)):
            tell("A1 without its guards", number, rounds)
            bad += not is_fair(
                callers.together([hold(person, unit) for person in crowd]), "unit_not_available"
            )
    return Promise(
        id="A1",
        what="control: without the lock and the index the same race sells a unit several times",
        figure=f"{bad} of {rounds} rounds went wrong, {count(DOUBLE_CLAIMS)} units claimed twice",
        holds=bad >= rounds / 2,
    )


def hold(person: Person, unit: int) -> Call:
    """A customer holds a unit."""
    return Call(path=f"/api/units/{unit}/hold", token=person.token)


def is_fair(answers: Sequence[Answer], refusal: str) -> bool:
    """One winner, and everybody else was told the same."""
    won = sum(answer.status == 201 for answer in answers)
    lost = sum((answer.status, answer.code) == (409, refusal) for answer in answers)
    return (won, lost) == (1, len(answers) - 1)


def give_back() -> None:
    """End what was held, as its expiry does: R4.4 compares times."""
    held = Claim.objects.live(clock.now()).filter(kind=ClaimKind.HOLD)
    for claim in held.exclude(pk__in=Booking.objects.values("claim")):
        release_hold(actor=User.objects.with_profile().get(pk=claim.taken_by_id), claim_id=claim.pk)


def count(statement: str) -> int:
    """The one figure of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def tell(what: str, number: int, rounds: int) -> None:
    """Now and then."""
    if number % max(1, rounds // 6) == 0:
        progress(f"{what}: round {number} of {rounds}")
