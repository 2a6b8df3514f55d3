"""``make bench-plans``: whether a list reads a big table from end to end, also with a million units.

Seeds a throw-away database, asks each list of the OpenAPI document with each of its filters and orders as each kind of
caller, and reads the plans of all statements, as ``tests/performance`` does with fewer rows. Printed are the requests
that read more than a list may, and the slowest ones.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.database import throw_away_database

MILLION = 1_000_000
SLOWEST = 15
FILE = Path("var") / "bench" / "plans.json"


def main() -> None:
    """Seed, ask, tell."""
    parser = argparse.ArgumentParser(prog="make bench-plans", description=__doc__)
    parser.add_argument("--units", type=int, default=MILLION, help="default: 1000000")
    asked = parser.parse_args()
    with throw_away_database(workers=1):
        found = ask_all(asked.units)
    show(found)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n")
    print("\nWritten:", FILE)


def ask_all(units: int) -> list[dict[str, Any]]:
    """What each request of each person read, and how long the database took."""
    from django.conf import settings
    from rest_framework.test import APIClient

    from tests.performance import lists, plans, rows

    settings.ALLOWED_HOSTS = ["testserver"]
    print(f"Seeding {units:,} units …", flush=True)
    begin = time.monotonic()
    world = rows.grow(units)
    print(f"Seeded in {time.monotonic() - begin:.0f} s. Asking …", flush=True)
    found: list[dict[str, Any]] = []
    for person, user in world.people.items():
        api = APIClient()
        if user is not None:
            api.force_authenticate(user)
        found += [_told(person, read) for read in plans.reads(api, world, lists.asks())]
    return found


def _told(person: str, read: Any) -> dict[str, Any]:
    """A request in words and numbers."""
    return {
        "person": person,
        "operation": read.ask.operation,
        "query": read.ask.query,
        "milliseconds": round(read.milliseconds, 1),
        "too_much": [
            f"{scan.kind} of {scan.index or scan.table}: {scan.rows:,.0f} rows"
            for scan in read.too_much
        ],
    }


def show(found: list[dict[str, Any]]) -> None:
    """What reads too much, and what takes longest."""
    many = [each for each in found if each["too_much"]]
    print(f"\n{len(found)} requests; {len(many)} read more of a table than a list may:\n")
    for each in many:
        print(f"  {_name(each)}  {each['milliseconds']:.1f} ms")
        for scan in each["too_much"]:
            print(f"      {scan}")
    print(f"\nThe {SLOWEST} slowest, ms in the database:\n")
    for each in sorted(found, key=lambda each: -each["milliseconds"])[:SLOWEST]:
        print(f"  {each['milliseconds']:>9.1f}  {_name(each)}")


def _name(each: dict[str, Any]) -> str:
    return f"{each['person']}: {each['operation']} {each['query']}".rstrip()


if __name__ == "__main__":
    main()
