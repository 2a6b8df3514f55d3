"""Who holds a unit, who books it, who gives it up for another: at one moment, and each unit has one owner (A2, A4)."""

import random
from collections import Counter
from collections.abc import Sequence

from django.db import connection

from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.people import Person
from drills.races import DOUBLE_CLAIMS, count, give_back, hold, is_fair, no_contradiction, tell
from drills.report import Promise

CROWD = 20


def run(database: str, *, quick: bool) -> list[Promise]:
    """The holder and strangers, holds and bookings, swaps."""
    rounds = 20 if quick else 100
    people.town(bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = people.customers(CROWD)
    with house.site(database) as site, Callers([site.door], CROWD) as callers:
        found = [
            holder_and_strangers(callers, crowd, rounds),
            holds_and_bookings(callers, crowd, rounds),
            swaps(callers, crowd, rounds),
        ]
    return [*found, no_contradiction()]


def book(person: Person, unit: int) -> Call:
    """A customer books a unit."""
    return Call(path="/api/bookings", token=person.token, body={"unit_id": unit})


def holder_and_strangers(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A2 (b): who holds a unit books it while everybody else tries to."""
    good = 0
    for number, unit in enumerate(people.free_units(rounds)):
        tell("A2", number, rounds)
        holder, *others = [*crowd[number % CROWD :], *crowd[: number % CROWD]]
        callers.send(hold(holder, unit))
        answers = callers.together([*(book(person, unit) for person in others), book(holder, unit)])
        refused = {(answer.status, answer.code) for answer in answers[:-1]}
        good += answers[-1].status == 201 and refused == {(409, "unit_not_available")}
    what = f"who holds a unit and {CROWD - 1} strangers book it at once: the holder gets it"
    return claimed_once(what, good, rounds)


def holds_and_bookings(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A2 (c): half of them hold, half of them book."""
    good = 0
    for number, unit in enumerate(people.free_units(rounds)):
        tell("A2", number, rounds)
        calls = [(hold, book)[place % 2](person, unit) for place, person in enumerate(crowd)]
        good += is_fair(callers.together(calls), "unit_not_available")
    give_back()
    what = f"{CROWD // 2} hold and {CROWD // 2} book one unit at once: one gets it"
    return claimed_once(what, good, rounds)


def claimed_once(what: str, good: int, rounds: int) -> Promise:
    """A2 for one kind of race: so many rounds ended well, and no unit has two owners."""
    doubles = count(DOUBLE_CLAIMS)
    return Promise(
        id="A2",
        what=what,
        figure=f"{good} of {rounds} rounds; {doubles} units claimed twice",
        holds=good == rounds and doubles == 0,
    )


def swaps(callers: Callers, crowd: Sequence[Person], rounds: int) -> Promise:
    """A4: two buyers give up their units and take the other's, at one moment, before the eyes of others."""
    good, slowest, before = 0, 0.0, house.deadlocks()
    units = iter(people.free_units(2 * rounds))
    for number in range(rounds):
        tell("A4", number, rounds)
        asha, ravi, *others = random.sample(crowd, 6)  # no secret
        left, right = next(units), next(units)
        first, second = callers.send(book(asha, left)), callers.send(book(ravi, right))
        answers = callers.together(
            [
                Call(path=f"/api/bookings/{first.json['id']}/cancel", token=asha.token),
                Call(path=f"/api/bookings/{second.json['id']}/cancel", token=ravi.token),
                *(book(person, unit) for person, unit in ((asha, right), (ravi, left))),
                *(hold(person, unit) for person in others for unit in (left, right)),
            ]
        )
        slowest = max(slowest, *(answer.seconds for answer in answers))
        good += is_consistent(answers, left, right)
    deadlocks = house.deadlocks() - before
    give_back()
    return Promise(
        id="A4",
        what="two buyers cancel and book the other's unit at once, and four others hold both",
        figure=f"{good} of {rounds} rounds consistent; {deadlocks} deadlocks; slowest {slowest:.2f} s",
        holds=good == rounds and not deadlocks and slowest <= 1,
    )


def is_consistent(answers: Sequence[Answer], left: int, right: int) -> bool:
    """Both gave up; each unit went to nobody or to one; what was answered is what there is."""
    given_up, claimed = answers[:2], answers[2:]
    told = Counter(answer.json["unit_id"] for answer in claimed if answer.status == 201)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit_id FROM projects_claim WHERE unit_id IN (%s, %s) AND released_at IS NULL",
            [left, right],
        )
        live = Counter(unit for (unit,) in cursor.fetchall())
    refused = {answer.status for answer in claimed if answer.status != 201}
    return {answer.status for answer in given_up} == {200} and told == live and refused <= {409}
