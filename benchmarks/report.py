"""What a run leaves: a bar while it works, a table on the screen, JSON as a file."""

import json
import statistics
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load import Load
from benchmarks.reasons import reasons

FOLDER = Path("var") / "bench"
WIDTH = 30
WHO = {"platform": "platform", "limit": "by hand", "yardstick": "FastAPI"}


class Progress:
    """One line on standard error, drawn anew; a line per step where nobody watches."""

    def __init__(self, steps: int) -> None:
        self.steps, self.done = steps, 0
        self.watched = sys.stderr.isatty()

    def step(self, label: str) -> None:
        """Something begins."""
        share = min(1.0, self.done / self.steps)
        self.done += 1
        bar = "█" * int(WIDTH * share)
        text = f"  {bar:░<{WIDTH}} {share:>4.0%}  {label:<50}"
        sys.stderr.write(f"\r{text}" if self.watched else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.watched:
            sys.stderr.write("\r" + " " * (WIDTH + 60) + "\r")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A row that compares; loads by contestant, one per round."""

    name: str
    loads: dict[str, list[Load]]
    goal: float | None = None  # times FastAPI
    limit_goal: float | None = None  # of the hand-written read
    note: str = ""

    def rate(self, who: str) -> float:
        """The median of the rounds."""
        return statistics.median(load.rate for load in self.loads[who])

    def spread(self, who: str) -> tuple[float, float]:
        """The slowest and the fastest round."""
        rates = [load.rate for load in self.loads[who]]
        return min(rates), max(rates)

    def latency(self, name: str, who: str = "platform") -> float:
        """The median of p50, p95 or p99 over the rounds, in ms."""
        return float(statistics.median(getattr(load, name) for load in self.loads[who]))

    def ratio(self, who: str) -> float | None:
        """How many times as fast the platform is; None without the other."""
        if not self.loads.get(who) or not self.rate(who):
            return None
        return self.rate("platform") / self.rate(who)

    @property
    def troubles(self) -> int:
        """Answers that were refusals or did not come."""
        return sum(load.refused + load.broken for loads in self.loads.values() for load in loads)

    @property
    def misses(self) -> list[str]:
        """What is not reached, in words."""
        pairs = (("yardstick", self.goal, "{:.1f} ×"), ("limit", self.limit_goal, "{:.0%}"))
        found = []
        for who, goal, form in pairs:
            ratio = self.ratio(who)
            if goal is not None and ratio is not None and ratio < goal:
                found.append(f"{form.format(ratio)} of {WHO[who]}, goal {form.format(goal)}")
        return found


@dataclass(frozen=True, kw_only=True)
class Single:
    """A row with one figure and what it may be at most."""

    name: str
    value: float
    unit: str
    at_most: float
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.value <= self.at_most


@dataclass(kw_only=True)
class Run:
    """Everything that was found."""

    machine: dict[str, str]
    about: dict[str, Any]
    compared: list[Compared] = field(default_factory=list)
    singles: list[Single] = field(default_factory=list)


def show(run: Run) -> None:
    """The tables."""
    print("\n" + ", ".join(f"{name} {value}" for name, value in run.machine.items()))
    print(", ".join(f"{name} {value}" for name, value in run.about.items()) + "\n")
    head = ("", "platform/s", "min–max", "by hand/s", "FastAPI/s", "× FastAPI", "of hand", "")
    rows = [head, *(line_of(row) for row in run.compared)]
    print_table(rows)
    print()
    rows = [("ms", "", "p50", "p95", "p99")]
    rows += [
        (row.name, WHO[who], *(f"{row.latency(name, who):.1f}" for name in ("p50", "p95", "p99")))
        for row in run.compared
        for who in row.loads
    ]
    print_table(rows)
    print()
    print_table(
        [
            ("", "found", "goal", ""),
            *(
                (
                    single.name,
                    f"{single.value:.2f} {single.unit}",
                    f"≤ {single.at_most:g} {single.unit}",
                    ("met" if single.met else "NOT MET")
                    + (f" ({single.note})" * bool(single.note)),
                )
                for single in run.singles
            ),
        ]
    )
    show_reasons(run)


def show_reasons(run: Run) -> None:
    """Why goals are missed."""
    missed = [row.name for row in run.compared if row.misses]
    missed += [single.name for single in run.singles if not single.met]
    if missed:
        print("\nWhy not:\n")
    for line in reasons(missed):
        print(textwrap.fill(line, 118, initial_indent="  - ", subsequent_indent="    "))


def line_of(row: Compared) -> tuple[str, ...]:
    """A row of the first table."""
    low, high = row.spread("platform")
    times, share = row.ratio("yardstick"), row.ratio("limit")
    verdict = "NOT MET: " + "; ".join(row.misses) if row.misses else "met"
    if row.troubles:
        verdict += f" ({row.troubles} answers were refusals or did not come)"
    if row.note:
        verdict += f" ({row.note})"
    return (
        row.name,
        f"{row.rate('platform'):.0f}",
        f"{low:.0f}–{high:.0f}",
        f"{row.rate('limit'):.0f}" if "limit" in row.loads else "–",
        f"{row.rate('yardstick'):.0f}" if "yardstick" in row.loads else "–",
        "–" if times is None else f"{times:.2f}",
        "–" if share is None else f"{share:.0%}",
        verdict,
    )


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """The first column and the last from the left, figures from the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [
            f"{cell:<{width}}" if place in {0, len(row) - 1} else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def write_json(run: Run, name: str) -> Path:
    """All figures; returns where."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = asdict(run)
    for row, shown in zip(run.compared, content["compared"], strict=True):
        shown["medians"] = {who: row.rate(who) for who in row.loads}
        shown["misses"] = row.misses
    file = FOLDER / f"{name}.json"
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return file
