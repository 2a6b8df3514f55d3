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


def run_checks(*, full: bool = False) -> Iterator[Finding]:
    """The result of each check, as soon as it is known. ``full``: all of what is else looked at in part."""
    for check in CHECKS:
        find = check.find_all if full and check.find_all else check.find
        yield Finding(check=check, rows=find())
