"""``make bench-growth``: whether lists get slower with the number of rows: filters, first page, deep page.

For each size a throw-away database is seeded and the real server asked; printed is p95 and how many times that of the
smallest size it is. The goal is 1.5 at most. Each size runs in a process of its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.database import throw_away_database
from benchmarks.load import refuse_without_wrk

SIZES = (10_000, 100_000, 1_000_000)
GOAL = 1.5
SEEDING = 300  # seconds that a million units may take
MILLION = 1_000_000
FOLDER = Path("var") / "bench"


def arguments() -> argparse.Namespace:
    """What may be chosen."""
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--sizes", type=sizes, default=SIZES, help="default: 10000,100000,1000000")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each round")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # the size of this process
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def sizes(text: str) -> tuple[int, ...]:
    """Numbers of units, with commas. Raises ValueError."""
    return tuple(sorted(int(part) for part in text.split(",")))


def main() -> None:
    """One size, or all of them."""
    asked = arguments()
    refuse_without_wrk()
    if asked.one:
        with throw_away_database(workers=asked.workers) as database:
            asked.to.write_text(json.dumps(one_size(asked, database)))
        return
    found = {size: in_a_process(asked, size) for size in asked.sizes}
    show(found)
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "growth.json"
    file.write_text(json.dumps(found, indent=1) + "\n")
    print("\nWritten:", file)


def in_a_process(asked: argparse.Namespace, size: int) -> dict[str, Any]:
    """The figures of a size: each has Django's settings, and so a database, of its own."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
        command = [
            *(sys.executable, "-m", "benchmarks.growth", "--one", str(size), "--to", file.name),
            *("--workers", str(asked.workers), "--rounds", str(asked.rounds)),
            *("--seconds", str(asked.seconds)),
        ]
        subprocess.run(command, check=True)
        return dict(json.load(file))


def one_size(asked: argparse.Namespace, database: str) -> dict[str, Any]:
    """p95 by list, in ms, and how long seeding took."""
    from benchmarks.growing import lists_of
    from benchmarks.rows import build_town

    print(f"Seeding {asked.one:,} units …", flush=True)
    town = build_town(asked.one)
    lists = lists_of(asked, database, town)
    return {"seeding": town.seeded_in, "lists": lists}


def show(found: dict[int, dict[str, Any]]) -> None:
    """A column per size, and how often the smallest fits into the largest."""
    first, last = min(found), max(found)
    print("\np95 in ms (median of the rounds), by number of units\n")
    print(f"  {'':<44}" + "".join(f"{size:>12,}" for size in found) + f"{'growth':>9}")
    for name, smallest in found[first]["lists"].items():
        figures = [found[size]["lists"][name] for size in found]
        growth = figures[-1] / smallest if smallest else 0.0
        verdict = "met" if growth <= GOAL else f"NOT MET: goal ≤ {GOAL}"
        if not all(figures):  # no answer came within a round: it says nothing
            verdict = "NOT MEASURED: rounds without an answer; longer ones with --seconds"
        print(
            f"  {name:<44}" + "".join(f"{f:>12.1f}" for f in figures) + f"{growth:>8.2f}× {verdict}"
        )
    print(
        "\n  Seeding: "
        + ", ".join(f"{n:,} units in {f['seeding']:.0f} s" for n, f in found.items())
    )
    if last >= MILLION:
        print(
            "  " + ("met" if found[last]["seeding"] <= SEEDING else f"NOT MET: goal ≤ {SEEDING} s")
        )


if __name__ == "__main__":
    main()
