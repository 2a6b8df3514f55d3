"""Fill the database with as many units as one likes, and all that belongs to them."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from realestate.core import clock
from realestate.management.benchmark.town import Town
from realestate.management.benchmark.writing import analyze_town, write_town
from realestate.management.commands.seed_demo import is_production

MOST_UNITS = 10_000_000


class Command(BaseCommand):
    """``manage.py seed_benchmark --units 100000 [--seed 1]``; each run adds another town."""

    help = (
        "Load many units with projects, buyers, bookings, payments and notifications that add up."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The same number and seed make the same town."""
        parser.add_argument("--units", type=number_of_units, required=True)
        parser.add_argument("--seed", type=int, default=1, help="default: 1")
        parser.add_argument("--yes", action="store_true", help="in production too")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 in production without ``--yes``."""
        if is_production() and not options["yes"]:
            raise CommandError("These rows are invented. In production, say --yes.")
        begin = time.monotonic()
        counts = write_town(Town(units=options["units"], seed=options["seed"], now=clock.now()))
        analyze_town()
        seconds, rows = time.monotonic() - begin, sum(counts.values())
        width = max(map(len, counts))
        lines = [f"  {name.capitalize():<{width}}  {count:>12,}" for name, count in counts.items()]
        total = f"  {rows:,} rows in {seconds:.1f} s"
        self.stdout.write("\n".join(["", *lines, "", total, ""]))


def number_of_units(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_UNITS:
        message = f"from 1 to {MOST_UNITS:,}"
        raise ArgumentTypeError(message)
    return int(text)
