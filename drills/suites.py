"""The suite as drills run it: in a process of its own, as ``make test`` does; what became of each test."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks.database import own_settings
from benchmarks.servers import ROOT
from drills.report import FOLDER

WORKERS = ("-n", "2", "--dist", "loadfile")  # as the Makefile has it
PASSED = "passed"
MOST_TOLD = 12


@dataclass(frozen=True)
class Outcome:
    """What became of each test of a run, by the test's name."""

    of: Mapping[str, str]

    @property
    def bad(self) -> list[str]:
        """Tests that did not pass."""
        return sorted(name for name, became in self.of.items() if became != PASSED)

    @property
    def figure(self) -> str:
        """How many passed, how many did not."""
        return f"{Counter(self.of.values())[PASSED]} passed, {len(self.bad)} failed"

    def unlike(self, other: "Outcome") -> list[str]:
        """Tests that became something else there, or were not run in both."""
        both = self.of.keys() | other.of.keys()
        return sorted(name for name in both if self.of.get(name) != other.of.get(name))


def told(names: Sequence[str]) -> str:
    """Their names, each in a line of its own, as far as anybody reads."""
    more = len(names) - MOST_TOLD
    lines = [*names[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
    return "".join(f"\n        {line}" for line in lines)


def plain_environment() -> dict[str, str]:
    """Ours without what the drill's own platform was given: the tests have settings of their own."""
    return {name: value for name, value in os.environ.items() if name not in own_settings("", 1)}


def run_tests(
    chosen: Sequence[str],
    *options: str,
    more: Mapping[str, str] | None = None,
    where: Path = ROOT,
    workers: Sequence[str] = WORKERS,
) -> Outcome:
    """Run these files and folders; ``more`` is added to the environment. Raises SystemExit when no test was run."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers]
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "tests.log").open("ab") as log:
            ended = subprocess.run(
                [*command, f"--junitxml={report}", *options, *chosen],
                cwd=where,
                env={**plain_environment(), **(more or {})},
                stdout=log,
                stderr=log,
                check=False,
            )
        # 0: all passed, 1: some did not; everything else is no run of tests.
        if ended.returncode not in {0, 1} or not report.is_file():
            raise SystemExit(f"The tests could not be run; see {FOLDER / 'tests.log'}.")
        return Outcome(read(report))


def read(report: Path) -> dict[str, str]:
    """Of each test in a report: passed, failed, error or skipped."""
    found: dict[str, str] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  # nosec B314  # our own pytest wrote it
        kinds = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        name = f"{case.get('classname')}::{case.get('name')}"
        # A test may pass and its end fail: the report then names it twice.
        found[name] = kinds[0] if kinds else found.get(name, PASSED)
    return found
