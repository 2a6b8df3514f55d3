"""The suite in random order, over and over: no test may depend on what ran before it (I13)."""

import secrets

from drills.report import Promise, progress
from drills.suites import WORKERS, Outcome, run_tests, told

SEEDS, QUICK_SEEDS = 3, 1
QUICK = ("tests/bookings", "tests/accounts", "tests/core")
# Files stay whole, as in every run, but go to the workers in their random order, not the largest first.
OPTIONS = ("-p", "drills.shuffled", "--no-loadscope-reorder")


def run(_database: str, *, quick: bool) -> list[Promise]:
    """Other seeds in every run; each is printed, so that its order can be had again."""
    chosen = QUICK if quick else ("tests",)
    found: dict[int, Outcome] = {}
    for _ in range(QUICK_SEEDS if quick else SEEDS):
        seed = secrets.randbelow(2**32)
        progress(f"I13: order {seed}")
        found[seed] = run_tests(chosen, *OPTIONS, f"--randomly-seed={seed}")
        progress(f"I13: order {seed}: {found[seed].figure}")
    first = next(iter(found.values()))
    shaky = sorted({name for each in found.values() for name in each.unlike(first)})
    broken = sorted({f"{name} (seed {seed})" for seed, each in found.items() for name in each.bad})
    figures = "; ".join(f"seed {seed}: {each.figure}" for seed, each in found.items())
    return [
        Promise(
            id="I13",
            what=f"{len(first.of)} tests of {', '.join(chosen)} in {len(found)} random orders ({' '.join(WORKERS)})",
            figure=f"{figures}; {len(shaky)} with different results{told(broken)}",
            holds=bool(first.of) and not broken and not shaky,
        )
    ]
