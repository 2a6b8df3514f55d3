"""B9: state machines for units, bookings and money at length, with how often each step and refusal was reached.

The tests run the same machines for a short while, and their controls: mistakes put in on purpose that must be found.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from drills.asking import Asking
from drills.beginnings import BEGINNINGS, REFUSALS
from drills.lanes import lanes, put_back
from drills.report import Promise, progress
from tests.payments.test_account_machine import Account
from tests.payments.test_properties import Purchase
from tests.properties.test_life import MOVES, Office
from tests.properties.test_stock import NOON, Stock

EXAMPLES, QUICK_EXAMPLES = 506, 22  # walks of each machine, as many from each beginning
STEPS, QUICK_STEPS = 50, 15
BATCHES = len(
    BEGINNINGS
)  # of each machine, each in an empty database: sums over all of it stay quick
OFTEN, HEARD = 20, 5  # times that each move of R5 shall have been made, and each refusal been heard
YEAR_LATER = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIFE = "the life of a booking, through the API"
MACHINES: dict[str, tuple[type[RuleBasedStateMachine], datetime]] = {
    LIFE: (Asking, NOON),
    "the account": (Account, YEAR_LATER),
    "units and who has them": (Stock, NOON),
    "money before the agreement": (Purchase, YEAR_LATER),
}
AS_IN_TESTS = {
    "ALLOWED_HOSTS": [*django_settings.ALLOWED_HOSTS, "testserver"],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],  # nobody logs in
}


@dataclass(frozen=True, kw_only=True)
class Walked:
    """What some walks of a machine came to; ``wrong``: a counter-example."""

    what: str
    wrong: str
    steps: Counter[str]
    moved: Counter[tuple[str, str]]
    heard: Counter[str]


def run(database: str, *, quick: bool) -> list[Promise]:
    """The machines in batches, those of two lanes at a time."""
    examples, steps = (QUICK_EXAMPLES, QUICK_STEPS) if quick else (EXAMPLES, STEPS)
    tasks = list(batches(examples))
    found: list[Walked] = []
    with lanes(database) as pool:
        walks = pool.map(walk, *zip(*tasks, strict=True), [steps] * len(tasks))
        for number, (what, begin, _count) in enumerate(tasks, 1):
            progress(f"B9: batch {number} of {len(tasks)}: {what}{begin and f', {begin}'}")
            found.append(next(walks))
    return [
        *(walked(what, examples, steps, found) for what in MACHINES),
        moves(found, 1 if quick else OFTEN),
        refusals(found, 1 if quick else HEARD),
    ]


def batches(examples: int) -> Iterator[tuple[str, str, int]]:
    """The machine, where its walks begin if it says so, and how many there are."""
    for what in MACHINES:
        for begin in BEGINNINGS:
            yield what, begin if what == LIFE else "", examples // BATCHES


def walk(what: str, begin: str, examples: int, steps: int) -> Walked:
    """In a lane: no sequence of steps leads where the model does not."""
    machine, start = MACHINES[what]
    if begin:
        Asking.begin = BEGINNINGS[begin]
    connection.close()
    put_back()
    counted: list[Counter[Any]] = [
        Office.moved,
        Office.heard,
        getattr(machine, "steps", Counter()),
    ]
    for counter in counted:
        counter.clear()
    wrong = ""
    with override_settings(**AS_IN_TESTS), time_machine.travel(start, tick=False) as traveller:
        machine.time = traveller  # type: ignore[attr-defined]  # of those that let time pass
        try:
            run_state_machine_as_test(machine, settings=at_length(examples, steps))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a counter-example
            notes = "\n        ".join(getattr(error, "__notes__", []))
            wrong = f"{type(error).__name__}: {str(error)[:300]}\n        {notes[:1500]}"
    moved, heard, taken = (Counter(counter) for counter in counted)
    return Walked(what=what, wrong=wrong, steps=taken, moved=moved, heard=heard)


def at_length(examples: int, steps: int) -> settings:
    """Random: each run walks elsewhere."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def walked(what: str, examples: int, steps: int, found: list[Walked]) -> Promise:
    """No counter-example, and how often each step of a machine that counts them was taken."""
    mine = [row for row in found if row.what == what]
    wrong = [row.wrong for row in mine if row.wrong]
    taken = sum((row.steps for row in mine), Counter())
    reached = "".join(f"; {count} × {name}" for name, count in sorted(taken.items()))
    return Promise(
        id="B9",
        what=f"{what}: {examples} walks of up to {steps} steps",
        figure="\n        ".join(wrong) or f"no counter-example{reached}",
        holds=not wrong,
    )


def moves(found: list[Walked], enough: int) -> Promise:
    """Every move of the table of R5, through the API."""
    moved = sum((row.moved for row in found), Counter())
    made = {f"{old or 'new'} → {new}": moved[old, new] for old, new in MOVES}
    return counted("moves of a booking", "was made", made, enough, moved.total())


def refusals(found: list[Walked], enough: int) -> Promise:
    """Every refusal of the calls that the machine makes, as clients hear it."""
    heard = sum((row.heard for row in found), Counter())
    expected = {code: heard[code] for code in REFUSALS}
    return counted("refusals", "was heard", expected, enough, heard.total())


def counted(kind: str, done: str, times: dict[str, int], enough: int, total: int) -> Promise:
    """Each of a list often enough; the figure names the seldom ones."""
    seldom = sorted(times.items(), key=lambda each: each[1])
    rare = ", ".join(f"{name} {count} ×" for name, count in seldom if count < enough)
    name, fewest = seldom[0]
    return Promise(
        id="B9",
        what=f"each of {len(times)} {kind} {done} at least {enough} times",
        figure=f"{total} in all; {f'fewer: {rare}' if rare else f'the rarest {fewest} × {name}'}",
        holds=not rare,
    )
