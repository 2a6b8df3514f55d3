"""A home and its parking by many hands at once, in any order: all or none, and nobody waits in a circle (A3).

No request names several units yet, so the service is asked, by threads with connections of their own.
"""

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from django.db import OperationalError
from django.db.models import QuerySet

from accounts.models import User
from drills import house, people
from drills.races import DOUBLE_CLAIMS, count, tell
from drills.report import Promise, progress
from projects.models import Claim, Unit
from projects.services import UnitNotAvailable, claims, take_claims
from realestate.core import clock
from tests.races.support import run_together

CROWD, ROUNDS, QUICK_ROUNDS = 20, 100, 20
UNITS, WISHED = 8, 3  # of so many everybody wants some: a home and two places to park
SLOWEST = 1.0  # seconds
CONTROLS = 5  # rounds


def run(_database: str, *, quick: bool) -> list[Promise]:
    """With the order of locks, then in the order in which they are named."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    people.town()
    keys = [person.pk for person in people.customers(CROWD)]
    crowd = list(User.objects.with_profile().filter(pk__in=keys))
    good, slowest = taken_together(crowd, rounds)
    deadlocks, doubles, broken = house.deadlocks(), count(DOUBLE_CLAIMS), house.integrity()
    found = Promise(
        id="A3",
        what=f"{CROWD} customers want {WISHED} of {UNITS} units each, in any order: all or none, no deadlock",
        figure=f"{good} of {rounds} rounds; {doubles} units claimed twice; {deadlocks} deadlocks in the server's log;"
        f" slowest {slowest:.2f} s; check_integrity: {', '.join(broken) or 'all good'}",
        holds=good == rounds and not (doubles or deadlocks or broken) and slowest <= SLOWEST,
    )
    return [found, control(crowd)]


def taken_together(crowd: Sequence[User], rounds: int) -> tuple[int, float]:
    """In how many rounds everybody got all of what it wanted or nothing of it; the slowest answer in seconds."""
    # The same wishes in every run, so that a run that fails can be looked at again.
    dice, good, slowest = random.Random(7), 0, 0.0  # noqa: S311  # no secret
    for number in range(rounds):
        tell("A3", number, rounds)
        units = people.free_units(UNITS)
        wishes = [dice.sample(units, WISHED) for _person in crowd]

        def take(index: int, wishes: Sequence[list[int]] = wishes) -> tuple[Any, float]:
            begun, answer = time.perf_counter(), None
            with suppress(UnitNotAvailable, OperationalError):
                answer = take_claims(
                    actor=crowd[index],
                    unit_ids=wishes[index],
                    customer_id=crowd[index].pk,
                    minutes=30,
                )
            return answer, time.perf_counter() - begun

        answers = run_together(len(crowd), take)
        slowest = max(slowest, *(seconds for _taken, seconds in answers))
        good += are_whole(crowd, wishes, [taken is not None for taken, _seconds in answers])
    return good, slowest


def are_whole(crowd: Sequence[User], wishes: Sequence[list[int]], won: Sequence[bool]) -> bool:
    """Who won has its wish, who lost nothing of it, and there was a winner."""
    live = Claim.objects.live(clock.now())
    held = [
        set(live.filter(customer=person.pk, unit__in=wish).values_list("unit", flat=True))
        for person, wish in zip(crowd, wishes, strict=True)
    ]
    right = [set(wish) if has else set() for wish, has in zip(wishes, won, strict=True)]
    return any(won) and held == right


def control(crowd: Sequence[User]) -> Promise:
    """A3 with locks taken in the order in which units are named: if nobody waits in a circle, the races see none."""
    progress("A3: locks in the order in which units are named")
    before = house.deadlocks()
    with patch.object(claims, "lock_all", as_they_are_named):  # the guard is taken away
        taken_together(crowd, CONTROLS)
    deadlocks = house.deadlocks() - before
    return Promise(
        id="A3",
        what="control: in the order in which units are named they wait in a circle",
        figure=f"{deadlocks} deadlocks in {CONTROLS} rounds",
        holds=deadlocks > 0,
    )


def as_they_are_named(rows: QuerySet[Unit], keys: Sequence[int]) -> list[Unit]:
    """The rows, locked one after another in the order in which somebody named them."""
    return [rows.select_for_update(of=("self",), no_key=True).get(pk=key) for key in keys]
