"""``python -m drills.mutant_worker GROUP``: tries mistakes that are named on standard input, one line each.

Tests are collected and their database is made once. All of them run once without a mistake, which also shows which of
them reach which function. Then each mistake is made in a process of its own, which runs the tests that reach it, the
fastest first, until one fails; nothing of it stays.
"""

import json
import os
import pickle
import signal
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, TextIO

import django
import pytest

from drills.mutant_groups import GROUPS, Group
from drills.mutations import Mistake, code_with, exchange, owner_of

MISSED, FOUND, BROKEN = 0, 1, 2  # exit codes of a process
# A test may take so many seconds and so many times what it usually takes: loops end.
PATIENCE = (60, 20)
OPTIONS = [
    *("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"),
    *("-p", "no:schemathesis"),  # it needs its own assertions, which the control leaves out
    *("-W", "ignore::pytest.PytestConfigWarning"),  # the control runs without assertions
]
Reach = dict[tuple[str, str], list[int]]  # places of tests by function


def main() -> int:
    """Exit code 1 when the tests fail without a mistake, or none could be run."""
    group = GROUPS[sys.argv[1]]
    assertions = [] if __debug__ else ["--assert=plain"]
    # Copies: pytest takes the standard ones for itself.
    with os.fdopen(os.dup(0)) as questions, os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what tests print goes where errors go
        django.setup()
        bench = Bench(group, questions, answers)
        with database() if group.needs_database else nullcontext():
            pytest.main([*OPTIONS, *assertions, *group.tests], plugins=[bench])
    return int(not bench.is_good)


@contextmanager
def database() -> Iterator[None]:
    """A migrated one, whose connections are closed: processes must not share them."""
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    connections.close_all()
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


class DatabaseIsThere:
    """Takes the place of the fixture of pytest-django that would migrate a database in each process."""

    @pytest.fixture(scope="session")
    @classmethod
    def django_db_setup(cls) -> None:
        """Nothing to do."""


@dataclass(eq=False)  # plugins are kept in sets
class Bench:
    """A plugin of pytest that runs the collected tests not once but again and again."""

    group: Group
    questions: TextIO
    answers: TextIO
    is_good: bool = False
    failed: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Now, so that it comes after the plugins that it wants otherwise."""
        from hypothesis import settings

        config.pluginmanager.register(DatabaseIsThere())
        # The same examples in every run, and none that another mistake has found.
        settings.register_profile("drill", derandomize=True, database=None, deadline=None)
        settings.load_profile("drill")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called for each part of each test."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.append(f"{report.nodeid}\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        reach, failed = self._without_a_mistake(session.items)
        self._answer({"tests": len(session.items), "failed": failed})
        self.is_good = bool(session.items) and not failed
        while self.is_good and (line := self.questions.readline()):
            asked = json.loads(line)
            mistake = Mistake(**asked["mistake"])
            places = reach.get((mistake.module, mistake.function), [])
            code = code_with(mistake) if asked["is_made"] else None
            items = [session.items[place] for place in places]
            found = bool(items) and self._finds(mistake, code, items)
            self._answer({"found": found, "tests": len(items)})
        return True

    def _answer(self, words: object) -> None:
        self.answers.write(json.dumps(words) + "\n")
        self.answers.flush()

    def _without_a_mistake(self, items: list[pytest.Item]) -> tuple[Reach, list[str]]:
        """Which tests reach which function, the fastest first, and what fails; in a process of its own, too."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                with os.fdopen(write, "wb") as pipe:
                    pickle.dump((self._reach(items), self.failed, dict(self.seconds)), pipe)
            finally:
                os._exit(0)  # who gets nothing to read knows
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            reach, failed, self.seconds = pickle.load(pipe)  # noqa: S301  # nosec B301  # our own fork wrote it
        os.waitpid(child, 0)
        return reach, failed

    def _reach(self, items: list[pytest.Item]) -> Reach:
        functions = {(each.module, each.function) for each in self.group.mistakes()}
        names = {id(owner_of(*function).__code__): function for function in functions}
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        place = 0

        def seen(frame: FrameType, event: str, _argument: Any) -> None:
            if event == "call" and (name := names.get(id(frame.f_code))) is not None:
                found[name].add(place)

        threading.setprofile(seen)
        for place, item in enumerate(items):
            sys.setprofile(seen)
            self._run(item, items[place + 1] if place + 1 < len(items) else None)
            sys.setprofile(None)
        return {
            name: sorted(places, key=lambda each: self.seconds[items[each].nodeid])
            for name, places in found.items()
        }

    def _finds(self, mistake: Mistake, code: CodeType | None, items: list[pytest.Item]) -> bool:
        """Whether a test fails in a process with the mistake; whatever else ends it is noticed, too."""
        child = os.fork()
        if child == 0:
            result = BROKEN
            try:
                exchange(mistake.module, mistake.function, code)
                result = FOUND
                result = FOUND if self._fails(items) else MISSED
            finally:
                os._exit(result)
        result = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if result == BROKEN:
            message = f"{mistake} could not be made"
            raise RuntimeError(message)
        return result != MISSED

    def _fails(self, items: list[pytest.Item]) -> bool:
        signal.signal(signal.SIGALRM, _too_long)
        least, times = PATIENCE
        for item, following in zip(items, [*items[1:], None], strict=True):
            signal.alarm(least + int(times * self.seconds[item.nodeid]))
            self._run(item, following)
            if self.failed:
                return True
        return False

    @staticmethod
    def _run(item: pytest.Item, following: pytest.Item | None) -> None:
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    sys.exit(main())
