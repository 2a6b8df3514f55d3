"""All checks, in the order in which they are shown."""

from collections.abc import Iterator

from realestate.integrity import ground, ledger, money, people, stock
from realestate.integrity.check import Check, Finding

CHECKS: tuple[Check, ...] = (
    *stock.CHECKS,
    *money.CHECKS,
    *ledger.CHECKS,
    *people.CHECKS,
    *ground.CHECKS,
)


def run_checks() -> Iterator[Finding]:
    """The result of each check, as soon as it is known."""
    for check in CHECKS:
        yield Finding(check=check, rows=check.find())
