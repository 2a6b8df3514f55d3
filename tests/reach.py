"""What the tests must reach (I14): ``python -m tests.reach`` after a run of the whole suite with ``--cov``.

Everything of the modules below, line by line and branch by branch, and most of the rest.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from coverage import Coverage

WHOLE = 100.0
PROJECT = 95.0
# Where a line that no test has been in could sell twice, lose money, let somebody in or lose news.
COMPLETE = {
    "claims": (
        "projects/services/claims.py",
        "projects/services/stock.py",
        "bookings/services/booking.py",
        "bookings/services/holds.py",
        "bookings/services/lapses.py",
        "bookings/services/limits.py",
        "bookings/services/retaking.py",
        "realestate/core/db/conflicts.py",
        "realestate/core/locking.py",
        "realestate/core/states.py",
        "realestate/core/transactions.py",
    ),
    "money": (
        "bookings/services/quotes.py",
        "payments/figures.py",
        "payments/gateways/*.py",
        "payments/rules/*.py",
        "payments/services/*.py",
        "projects/rules/pricing.py",
        "projects/rules/tax.py",
        "realestate/core/amounts.py",
        "realestate/core/money.py",
    ),
    "auth": (
        "accounts/authentication.py",
        "accounts/rules.py",
        "accounts/services/*.py",
        "realestate/core/api/throttling.py",
        "realestate/entrance/*.py",
    ),
    "permission": (
        "*/querysets.py",
        "realestate/core/api/access.py",
        "realestate/core/readers.py",
        "realestate/rights.py",
    ),
    "idempotency": (
        "realestate/core/api/idempotency.py",
        "realestate/core/api/preconditions.py",
        "realestate/core/models/keys.py",
    ),
    "outbox": (
        "notifications/jobs.py",
        "notifications/services/deliver.py",
        "notifications/services/tell.py",
        "realestate/core/events.py",
        "realestate/core/events_together.py",
        "realestate/core/fence.py",
        "realestate/core/jobs.py",
    ),
}


@dataclass(frozen=True)
class Reach:
    """What the tests have been in, of some files."""

    files: Mapping[str, Mapping[str, Any]]

    def share(self) -> float:
        """Lines and branches together, in percent, as coverage counts them."""
        sums = [each["summary"] for each in self.files.values()]
        there = sum(each["num_statements"] + each.get("num_branches", 0) for each in sums)
        seen = sum(each["covered_lines"] + each.get("covered_branches", 0) for each in sums)
        return 100 * seen / there if there else 0.0

    def only(self, patterns: Iterable[str]) -> "Reach":
        """Those of the files that one of the patterns names."""
        wanted = tuple(patterns)
        return Reach(
            {
                name: each
                for name, each in self.files.items()
                if any(fnmatchcase(name, pattern) for pattern in wanted)
            }
        )

    def missing(self) -> list[str]:
        """Lines and branches where no test has been, in words."""
        found = []
        for name, each in sorted(self.files.items()):
            lines = [str(line) for line in each["missing_lines"]]
            lines += [f"{there}->{to}" for there, to in each.get("missing_branches", [])]
            found += [f"{name}: {', '.join(lines)}"] if lines else []
        return found


def measured() -> Reach:
    """Of the last run with ``--cov``. Raises coverage.exceptions.NoDataError when there was none."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(report))
        return Reach(json.loads(report.read_text())["files"])


def unknown(reach: Reach) -> list[str]:
    """Patterns that name no file: it was moved, and must not be forgotten."""
    patterns = [pattern for some in COMPLETE.values() for pattern in some]
    return [pattern for pattern in patterns if not reach.only([pattern]).files]


def told(reach: Reach) -> tuple[list[str], bool]:
    """A line for each goal, with what is missing below it, and whether all are met."""
    lines, good = [], True
    for name, patterns in COMPLETE.items():
        part = reach.only(patterns)
        missing = part.missing()
        lines.append(f"{name:<12} {part.share():6.2f} % of {len(part.files)} modules (goal 100 %)")
        lines += [f"    {each}" for each in missing]
        good = good and not missing and part.share() == WHOLE
    lost = unknown(reach)
    lines += [f"{pattern} names no module" for pattern in lost]
    share = reach.share()
    lines.append(f"{'project':<12} {share:6.2f} % of {len(reach.files)} modules (goal {PROJECT} %)")
    return lines, good and not lost and share >= PROJECT


def main() -> int:
    """Exit code 1 when a goal is missed."""
    lines, good = told(measured())
    sys.stdout.write("\n".join([*lines, ""]))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
