"""Rows that compare: warm-up, then rounds in which the contestants take turns."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.bodies import differences
from benchmarks.load import Load, run_load
from benchmarks.report import Compared, Progress
from benchmarks.rows import release_holds
from benchmarks.scenarios import CATALOGUE, HOLD, KNOWN, OF_LIMIT, PREFIX, Read, holds, reads
from benchmarks.servers import fetch
from benchmarks.stage import Stage

CUSTOMERS = 8  # at the same time
NOT_MODIFIED = 304


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    warm_up: float


class Comparison:
    """Measures row by row."""

    def __init__(self, stage: Stage, plan: Plan, progress: Progress) -> None:
        self.stage, self.plan, self.progress = stage, plan, progress

    def all(self) -> list[Compared]:
        """Every row of the goals that compares."""
        rows = [self.read(read) for read in reads(self.stage.town)]
        rows += [self.catalogue(), self.known(), self.holds()]
        return rows

    def read(self, read: Read) -> Compared:
        """The three contestants, whose answers have to say the same."""
        everybody = ("platform", "limit", "yardstick")
        tags = dict.fromkeys(everybody, "")
        return Compared(
            name=read.name,
            loads=self._rounds(read, tags),
            goal=read.goal,
            limit_goal=OF_LIMIT,
            note="; ".join(filter(None, (self._differ(read, who) for who in everybody[1:]))),
        )

    def catalogue(self) -> Compared:
        """The public list as the platform serves it by default, from what it keeps."""
        loads = self._rounds(CATALOGUE, dict.fromkeys(("kept", "yardstick"), ""))
        loads["platform"] = loads.pop("kept")
        return Compared(name=CATALOGUE.name, loads=loads, goal=CATALOGUE.goal)

    def known(self) -> Compared:
        """The same for somebody who has it already; FastAPI knows no tags and answers in full."""
        url = f"{self.stage.sites['kept']}/api/{KNOWN.path}"
        tag = fetch(url)[1].get("ETag", "")
        is_known = bool(tag) and fetch(url, tag=tag)[0] == NOT_MODIFIED
        loads = self._rounds(KNOWN, {"kept": tag, "yardstick": ""})
        loads["platform"] = loads.pop("kept")
        note = "" if is_known else "answered in full: it has no tag"
        return Compared(name=KNOWN.name, loads=loads, goal=KNOWN.goal, note=note)

    def holds(self) -> Compared:
        """Eight customers hold different units; between rounds all holds end."""
        loads: dict[str, list[Load]] = {"platform": [], "yardstick": []}
        asks, begin = holds(self.stage.town, self.stage.holders), 0
        for number in range(self.plan.rounds + 1):  # the first is the warm-up
            for who, found in loads.items():
                self.progress.step(f"hold different units: {who}")
                turned = asks[begin:] + asks[:begin]
                load = self._load(who, turned, self.plan.seconds, threads=CUSTOMERS)
                release_holds()
                begin = self._after(begin, load) % len(asks)
                if number:
                    found.append(load)
        return Compared(name="hold different units", loads=loads, goal=HOLD)

    def _after(self, begin: int, load: Load) -> int:
        """Beyond the units that were asked for: threads are not equally fast, and some holds end after wrk does."""
        people = len(self.stage.holders)
        asked = 2 * (load.requests + load.broken + CUSTOMERS)
        return begin + people * -(-asked // people)

    def _rounds(self, read: Read, tags: dict[str, str]) -> dict[str, list[Load]]:
        loads: dict[str, list[Load]] = {who: [] for who in tags}
        asks = {who: read.asks(who, self.stage.customer, tag) for who, tag in tags.items()}
        for who in tags:
            self._load(who, asks[who], self.plan.warm_up)
        for _ in range(self.plan.rounds):
            for who, found in loads.items():
                self.progress.step(f"{read.name}: {who}")
                found.append(self._load(who, asks[who], self.plan.seconds))
        return loads

    def _load(self, who: str, asks: Sequence[Any], seconds: float, *, threads: int = 1) -> Load:
        return run_load(
            self.stage.sites[who], asks, seconds=seconds, connections=CUSTOMERS, threads=threads
        )

    def _differ(self, read: Read, who: str) -> str:
        """What another contestant says otherwise; empty when it says the same."""
        ours, theirs = (self._body(read, each) for each in ("platform", who))
        found = differences(ours, theirs)
        return f"{who} differs: {', '.join(found[:3])}" if found else ""

    def _body(self, read: Read, who: str) -> Any:
        token = self.stage.customer if read.mine else ""
        status, _, body = fetch(f"{self.stage.sites[who]}{PREFIX[who]}{read.path}", token)
        return json.loads(body) if status == 200 else f"status {status}"  # noqa: PLR2004  # OK
