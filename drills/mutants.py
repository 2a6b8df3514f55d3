"""B13: small mistakes are put into money, claims and permissions, one at a time; tests beside them must find them."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from drills.mutant_groups import GROUPS, stale_excuses
from drills.mutations import Mistake
from drills.report import FOLDER, Promise, progress

ENOUGH = 0.85
MOST_TOLD = 40
HARMLESS = 20  # functions that are exchanged for themselves
BLIND = 30  # mistakes that are tried with tests without assertions
NOT_FOR_TESTS = {"ACCESS_TOKEN_MINUTES", "JWT_SIGNING_KEY", "LOG_LEVEL", "WEB_WORKERS"}
Ask = Callable[[Mistake, bool], bool]


def run(_database: str, *, quick: bool) -> list[Promise]:
    """A sample of the mistakes of each group, always the same one, with controls."""
    if stale := stale_excuses():
        raise SystemExit(f"Nobody can make these mistakes any more: {', '.join(sorted(stale))}")
    controls = [] if quick else [_blind()]
    return [*(promise for name in GROUPS for promise in _group(name, quick=quick)), *controls]


def _group(name: str, *, quick: bool) -> list[Promise]:
    group = GROUPS[name]
    every = group.mistakes()
    chosen = sample(every, group.quick_sample if quick else group.sample)
    # A function with the code that it has must look good: what fails anyway would be found in every mistake.
    functions = {(one.module, one.function): one for one in chosen}
    harmless = sample(list(functions.values()), HARMLESS)
    questions = [*((one, True) for one in chosen), *((one, False) for one in harmless)]
    answers = tried(name, questions)
    missed = [one for (one, made), found in answers.items() if made and not found]
    alarms = [one for (one, made), found in answers.items() if not made and found]
    share = 1 - len(missed) / len(chosen)
    left_out = len(group.all_mistakes()) - len(every)
    excused = f" ({left_out} more change nothing)" if left_out else ""
    return [
        Promise(
            id="B13",
            what=f"{group.what}: {len(chosen)} of {len(every)} mistakes, one at a time{excused}",
            figure=f"{share:.0%} found (goal {ENOUGH:.0%}); not found:{_told(missed)}",
            holds=share >= ENOUGH,
        ),
        Promise(
            id="B13",
            what=f"{name}, control: {len(harmless)} functions get the code that they have",
            figure=f"{len(alarms)} times something was found",
            holds=not alarms,
        ),
    ]


def _blind() -> Promise:
    """Control: of tests without their assertions only what raises is left."""
    chosen = sample(GROUPS["money"].mistakes(), BLIND)
    answers = tried("money", [(one, True) for one in chosen], is_blind=True)
    share = sum(answers.values()) / len(chosen)
    return Promise(
        id="B13",
        what=f"money, control: {len(chosen)} mistakes and the tests without their assertions",
        figure=f"{share:.0%} found",
        holds=share < ENOUGH,
    )


def _told(missed: Sequence[Mistake]) -> str:
    lines = sorted(map(str, missed))
    more = [f"and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    return "".join(f"\n        {line}" for line in [*lines[:MOST_TOLD], *more]) or " none"


def sample(every: Sequence[Mistake], size: int | None) -> list[Mistake]:
    """So many of them, the same ones in every run; None: all."""
    if size is None or size >= len(every):
        return list(every)
    return random.Random(13).sample(every, size)  # noqa: S311  # the same sample in every run; no secret


def tried(
    name: str, questions: Sequence[tuple[Mistake, bool]], *, is_blind: bool = False
) -> dict[tuple[Mistake, bool], bool]:
    """Whether the tests of a group find each mistake, made or (False) only looked at."""
    workers = min(os.cpu_count() or 1, len(questions))

    def answer(number: int) -> dict[tuple[Mistake, bool], bool]:
        answers = {}
        with _worker(name, is_blind=is_blind) as ask:
            for place, question in enumerate(questions[number::workers]):
                answers[question] = ask(*question)
                if number == 0 and place % 20 == 0:
                    progress(f"B13, {name}: {place * workers} of {len(questions)}")
        return answers

    with ThreadPoolExecutor(workers) as pool:
        return {
            key: found for part in pool.map(answer, range(workers)) for key, found in part.items()
        }


@contextmanager
def _worker(name: str, *, is_blind: bool) -> Iterator[Ask]:
    """A process that has collected the tests of a group. Raises SystemExit when they fail without a mistake."""
    command = [sys.executable, *(["-O"] * is_blind), "-m", "drills.mutant_worker", name]
    kept = {key: value for key, value in os.environ.items() if key not in NOT_FOR_TESTS}
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / "mutants.log"
    with (
        log.open("a") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=kept | {"DJANGO_SETTINGS_MODULE": "realestate.settings.test"},
        ) as process,
    ):

        def line() -> Any:
            text = process.stdout.readline() if process.stdout else ""
            if not text:
                raise SystemExit(f"The tests of {name} could not be run; see {log}.")
            return json.loads(text)

        def ask(mistake: Mistake, is_made: bool) -> bool:  # noqa: FBT001  # half of a question
            print(  # to the worker's standard input, not to people
                json.dumps({"mistake": asdict(mistake), "is_made": is_made}),
                file=process.stdin,
                flush=True,
            )
            return bool(line()["found"])

        if failed := line()["failed"]:
            told = "\n".join(failed)
            raise SystemExit(f"The tests of {name} fail without any mistake.\n{told}")
        yield ask
        if process.stdin:
            process.stdin.close()
