"""B9: state machines for units, bookings and money at length, with how often each step was reached.

The tests run the same machines for a short while, and their controls: mistakes put in on purpose that must be found.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.conf import settings as django_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from drills.report import Promise, progress
from tests.payments.test_account_machine import Account
from tests.payments.test_properties import Purchase
from tests.properties.test_life import MOVES, Life, Office
from tests.properties.test_stock import NOON, Stock

EXAMPLES, QUICK_EXAMPLES = 100, 10
STEPS = 30
OFTEN = 20  # times that each move of R5 shall have been made
YEAR_LATER = datetime(2026, 1, 5, 12, tzinfo=UTC)
MACHINES: dict[str, tuple[type[RuleBasedStateMachine], datetime]] = {
    "units and who has them": (Stock, NOON),
    "the life of a booking, through the API": (Life, NOON),
    "money before the agreement": (Purchase, YEAR_LATER),
    "the account": (Account, YEAR_LATER),
}


def run(_database: str, *, quick: bool) -> list[Promise]:
    """Each machine in turn; nothing that it leaves behind concerns the next, which has people and homes of its own."""
    django_settings.ALLOWED_HOSTS = [*django_settings.ALLOWED_HOSTS, "testserver"]
    examples = QUICK_EXAMPLES if quick else EXAMPLES
    found = [walked(what, *machine, examples) for what, machine in MACHINES.items()]
    return [*found, moves(quick=quick)]


def walked(
    what: str, machine: type[RuleBasedStateMachine], start: datetime, examples: int
) -> Promise:
    """No sequence of steps leads where the model does not."""
    progress(f"B9: {what}, {examples} walks of {STEPS} steps")
    wrong = ""
    with time_machine.travel(start, tick=False) as traveller:
        machine.time = traveller  # type: ignore[attr-defined]  # of those that let time pass
        try:
            run_state_machine_as_test(machine, settings=at_length(examples))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a counter-example
            notes = "\n        ".join(getattr(error, "__notes__", []))
            wrong = f"{type(error).__name__}: {str(error)[:300]}\n        {notes[:1500]}"
    return Promise(
        id="B9",
        what=f"{what}: {examples} walks of {STEPS} steps",
        figure=wrong or f"no counter-example{reached(machine)}",
        holds=not wrong,
    )


def at_length(examples: int) -> settings:
    """Random: each run walks elsewhere."""
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def reached(machine: Any) -> str:
    """How often each step of a machine that counts them was taken."""
    steps: Counter[str] = getattr(machine, "steps", Counter())
    return "".join(f"; {count} × {name}" for name, count in sorted(steps.items()))


def moves(*, quick: bool) -> Promise:
    """Every move of the table of R5, through the API."""
    seldom = {f"{old or 'new'} → {new}": Office.moved[old, new] for old, new in MOVES}
    fewest = sorted(seldom.items(), key=lambda move: move[1])
    enough = 1 if quick else OFTEN
    rare = [f"{name} {count} ×" for name, count in fewest if count < enough]
    return Promise(
        id="B9",
        what=f"each of {len(MOVES)} moves of a booking was made at least {enough} times",
        figure=f"{Office.moved.total()} moves; fewer: {', '.join(rare) or f'none, the rarest {fewest[0]}'}",
        holds=not rare,
    )
