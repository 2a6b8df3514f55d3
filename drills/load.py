"""Customers who look at units and book them while something is broken, and a journal of what they were told."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from drills.callers import Answer, Call, Callers
from drills.people import Person

ORIGIN = "http://localhost:3000"  # of a web client that the settings allow
PAUSE = 0.2  # seconds before the same is asked again
LEASE = 60.0  # seconds that a key is held for a request that nobody answers (D11)
THINKING = 0.3  # seconds before somebody books the next unit


@dataclass(kw_only=True)
class Journal:
    """What was acknowledged, and everything else that was heard."""

    booked: dict[int, int] = field(default_factory=dict)  # booking -> unit
    heard: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)  # answers that no browser understands
    # Sent and served, when; status.
    good: list[tuple[float, float, int]] = field(default_factory=list)
    slowest: float = 0.0
    # Of requests that were cut off in the middle: how long they still waited when the lease of their key was over.
    kept_waiting: list[float] = field(default_factory=list)

    def silence_after(self, moment: float, statuses: Container[int] = (200, 201)) -> float:
        """Seconds from a moment until somebody was served whose request was sent after it; with 201, a booking."""
        later = [at for sent, at, status in list(self.good) if sent > moment and status in statuses]
        return min(later) - moment if later else float("inf")


class Load:
    """So many customers at once, until the block ends."""

    callers = Callers

    def __init__(
        self,
        doors: Sequence[tuple[str, int]],
        crowd: Sequence[Person],
        units: Iterator[int],
        count: int,
    ) -> None:
        self.crowd, self.journal = crowd, Journal()
        self._callers = self.callers(doors, count)
        self._units = units
        self._later: list[list[tuple[Call, int, float]]] = [[] for _ in range(count)]
        self._take, self._write, self._over = threading.Lock(), threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(place,)) for place in range(count)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, place: int) -> None:
        people = itertools.cycle(self.crowd[place :: len(self._threads)])
        while not self._over.is_set():
            with self._take:
                unit = next(self._units, None)
            if unit is None:
                return
            person = next(people)
            self._note(self._callers.send(look(person, unit), place), unit)
            self._book(place, self._call(person, unit), unit)
            self._over.wait(THINKING)
        for call, booked, since in self._later[place]:
            free_at = max(since + LEASE, time.perf_counter())
            self._book(place, call, booked, is_last=True)
            self.journal.kept_waiting.append(max(0.0, time.perf_counter() - free_at))

    def _call(self, person: Person, unit: int) -> Call:
        key = {"Idempotency-Key": uuid4().hex, "Origin": ORIGIN}
        return Call(path="/api/bookings", token=person.token, body={"unit_id": unit}, headers=key)

    def _book(self, place: int, call: Call, unit: int, *, is_last: bool = False) -> None:
        """As a patient client: the same again, with the same key, until there is an answer that says how it ended.

        Whose first try was cut off in the middle comes back to it at the end: its key is held for a minute (D11).
        """
        while True:
            answer = self._callers.send(call, place)
            self._note(answer, unit)
            is_open = answer.status in {0, 503} or answer.code == "idempotency_in_progress"
            if not is_open:
                return
            if answer.code == "idempotency_in_progress" and not is_last:
                self._later[place].append((call, unit, time.perf_counter()))
                return
            time.sleep(1.0 if is_last else PAUSE)  # as a client that tries again

    def _note(self, answer: Answer, unit: int) -> None:
        with self._write:
            journal = self.journal
            journal.slowest = max(journal.slowest, answer.seconds)
            journal.heard[f"{answer.status} {answer.code}".strip()] += 1
            if answer.status == 201:
                journal.booked[answer.json["id"]] = unit
            if answer.status in {200, 201}:
                now = time.perf_counter()
                journal.good.append((now - answer.seconds, now, answer.status))
            elif answer.status:
                journal.bad += complaints(answer)


def look(person: Person, unit: int) -> Call:
    """Nobody books what they have not looked at."""
    return Call(
        method="GET", path=f"/api/units/{unit}", token=person.token, headers={"Origin": ORIGIN}
    )


def complaints(answer: Answer) -> list[str]:
    """What is wrong with a refusal, for a browser of another origin."""
    found = []
    if answer.status >= 500 and answer.status != 503:
        found.append(f"a {answer.status}")
    if not answer.code:
        found.append(f"a {answer.status} that is not our JSON")
    if answer.status == 503 and "retry-after" not in answer.headers:
        found.append("a 503 without Retry-After")
    if answer.headers.get("access-control-allow-origin") != ORIGIN:
        found.append(f"a {answer.status} without CORS headers")
    return found


def wait_for(condition: Callable[[], bool], patience: float, pause: float = 0.01) -> float:
    """Seconds until something is so, looked at every ``pause`` seconds. Raises TimeoutError."""
    begun = time.perf_counter()
    while not condition():
        if time.perf_counter() - begun > patience:
            raise TimeoutError
        time.sleep(pause)
    return time.perf_counter() - begun
