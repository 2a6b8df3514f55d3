"""Scarce things under many hands at once, over HTTP and several processes (A1, A2, A7)."""

import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice

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
HELD_AT_ONCE, TRIES = 2, 20
CONTROLS = 10  # rounds

DOUBLE_CLAIMS = """
    SELECT count(*) FROM (SELECT unit_id FROM projects_claim
        WHERE released_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        GROUP BY unit_id HAVING count(*) > 1) twice
"""


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each promise, then the same races without their guards."""
    rounds = 30 if quick else 300
    people.town(bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(CROWD)
    with house.site(database) as site, Callers([site.door], CROWD) as callers:
        found = [
            one_unit(callers, crowd, rounds),
            lapsed_hold(callers, crowd, rounds // 3),
            own_limit(callers, crowd, rounds // 6),
            cooldown(callers, crowd, rounds // 6),
        ]
    return [*found, no_contradiction(), *controls(database, crowd)]


def no_contradiction() -> Promise:
    """A3, and the checks that must hold after any storm."""
    broken, deadlocks = house.integrity(), house.deadlock_statements()
    return Promise(
        id="A3",
        what="no race ends in a deadlock or leaves a contradiction",
        figure=f"{len(deadlocks)} deadlocks in the server's log; check_integrity: {', '.join(broken) or 'all good'}"
        + "".join(f"\n        {told}" for told in deadlocks[:3]),
        holds=not broken and not deadlocks,
    )


def one_unit(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A1: everybody holds one unit at the same moment."""
    begun = time.perf_counter()
    good, slowest = sold_once(callers, crowd, rounds)
    doubles, rate = count(DOUBLE_CLAIMS), rounds / (time.perf_counter() - begun)
    give_back()
    return Promise(
        id="A1",
        what=f"{CROWD} customers and one unit: one 201, {CROWD - 1} times 409 unit_not_available",
        figure=f"{good} of {rounds} rounds; {doubles} units claimed twice; slowest {slowest:.2f} s; {rate:.1f}/s",
        holds=good == rounds and doubles == 0 and slowest <= SLOWEST,
    )


def sold_once(callers: Callers, crowd: Sequence[Person], rounds: int) -> tuple[int, float]:
    """In how many rounds one got the unit and all others heard the same; the slowest answer in seconds."""
    good, slowest = 0, 0.0
    for number, unit in enumerate(people.free_units(rounds)):
        tell("A1", number, rounds)
        answers = callers.together([hold(person, unit) for person in crowd])
        good += is_fair(answers, "unit_not_available")
        slowest = max(slowest, *(answer.seconds for answer in answers))
    return good, slowest


def lapsed_hold(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A2: everybody holds a unit whose hold has just lapsed, while the job that records lapses runs all the time."""
    over = threading.Event()

    def record_lapses() -> None:
        while not over.wait(0.005):
            expire_claims()
        connections.close_all()

    job = threading.Thread(target=record_lapses)
    job.start()
    good = lapsed_once(callers, crowd, rounds)
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


def lapsed_once(callers: Callers, crowd: Sequence[Person], rounds: int) -> int:
    """In how many rounds one got a unit whose hold had lapsed."""
    good = 0
    for number, unit in enumerate(people.free_units(rounds)):
        tell("A2", number, rounds)
        callers.send(hold(crowd[number % len(crowd)], unit))
        lapse(unit)
        answers = callers.together([hold(person, unit) for person in crowd])
        good += is_fair(answers, "unit_not_available")
    return good


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


def own_limit(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A7: one customer holds many units at once, and gets as many as the setting says."""
    good = held_as_may_be(callers, crowd, rounds)
    return Promise(
        id="A7",
        what=f"{TRIES} holds of one customer at once: {HELD_AT_ONCE} are taken, the others refused (hold_limit)",
        figure=f"{good} of {rounds} rounds",
        holds=good == rounds,
    )


def held_as_may_be(callers: Callers, crowd: Sequence[Person], rounds: int) -> int:
    """In how many rounds a customer who asked for many holds got as many as it may have."""
    people.set_to(bookings__holds_per_customer=HELD_AT_ONCE)
    good = 0
    for number, person in enumerate(with_nothing_held(crowd, rounds)):
        tell("A7", number, rounds)
        answers = callers.together([hold(person, unit) for unit in people.free_units(TRIES)])
        won = sum(answer.status == 201 for answer in answers)
        lost = sum((answer.status, answer.code) == (422, "hold_limit") for answer in answers)
        good += (won, lost) == (HELD_AT_ONCE, TRIES - HELD_AT_ONCE)
        give_back()
    return good


def with_nothing_held(crowd: Sequence[Person], times: int) -> list[Person]:
    """Of the crowd those who hold nothing, one after another, over and over."""
    held = Claim.objects.live(clock.now()).filter(kind=ClaimKind.HOLD)
    busy = set(held.values_list("taken_by", flat=True))
    return list(islice(cycle([person for person in crowd if person.pk not in busy]), times))


def cooldown(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A7: who has let a hold of a unit lapse may not hold it again for an hour, however often it asks."""
    people.set_to(bookings__hold_cooldown_minutes=60)
    good = 0
    turns = zip(people.free_units(rounds), with_nothing_held(crowd, rounds), strict=True)
    for unit, person in turns:
        callers.send(hold(person, unit))
        lapse(unit)
        answers = callers.together([hold(person, unit)] * TRIES)
        good += {(answer.status, answer.code) for answer in answers} == {(422, "hold_cooldown")}
    people.set_to(bookings__hold_cooldown_minutes=0)
    return Promise(
        id="A7",
        what=f"{TRIES} holds at once of a unit that this customer has let lapse: all refused (hold_cooldown)",
        figure=f"{good} of {rounds} rounds",
        holds=good == rounds,
    )


def controls(database: str, crowd: Sequence[Person]) -> list[Promise]:
    """The same races without locks and without the index: what does not go wrong then proves nothing."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_claim_per_unit")
    progress("the same without locks and without the index")
    with house.site(database, without="locks") as site, Callers([site.door], CROWD) as callers:
        held = held_as_may_be(callers, crowd, CONTROLS)  # first: later on nothing can be given back
        people.set_to(bookings__holds_per_customer=100)
        sold, _slowest = sold_once(callers, crowd, CONTROLS)
    with house.site(database, without="rechecks") as site, Callers([site.door], CROWD) as callers:
        lapsed = lapsed_once(callers, crowd, CONTROLS)
    return [
        went_wrong("A1", "without lock and index a unit is sold several times", sold),
        went_wrong(
            "A2", "where nobody looks again after the lock, a lapsed hold has several heirs", lapsed
        ),
        went_wrong("A7", "without the lock a customer holds more than it may", held),
    ]


def went_wrong(promise: str, what: str, good: int, rounds: int = CONTROLS) -> Promise:
    """A control, of which half the rounds and more must go wrong."""
    return Promise(
        id=promise,
        what=f"control: {what}",
        figure=f"{rounds - good} of {rounds} rounds went wrong",
        holds=good <= rounds / 2,
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
