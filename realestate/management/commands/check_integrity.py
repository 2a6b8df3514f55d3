"""Say whether the data add up."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from realestate.integrity import Finding, run_checks

EXAMPLES = 5  # rows that are named


class Command(BaseCommand):
    """``manage.py check_integrity [--full] [--json]``; reads only, safe at any time."""

    help = "Check that claims, bookings, money and everything derived add up. Exit code 1 if anything does not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people, or for a program; of files, today's sample or all."""
        parser.add_argument("--full", action="store_true", help="read every stored file to its end")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 when a check found something; the findings are on standard output either way."""
        findings = list(run_checks(full=options["full"]))
        self.stdout.write(as_json(findings) if options["json"] else as_table(findings))
        if not all(finding.is_good for finding in findings):
            sys.exit(1)


def as_table(findings: Sequence[Finding]) -> str:
    """One line per check; what failed says what should be true, and which rows contradict."""
    width = max(len(finding.check.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"  {finding.check.name:<{width}}  {verdict(finding)}")
        if not finding.is_good:
            lines.append(f"  {'':<{width}}  {finding.check.says}")
    wrong = sum(not finding.is_good for finding in findings)
    total = (
        f"{len(findings)} checks, {wrong} failed" if wrong else f"{len(findings)} checks, all good"
    )
    return "\n".join(["", *lines, "", f"  {total}", ""])


def verdict(finding: Finding) -> str:
    """``ok``, or how many rows and the first of them."""
    if finding.is_good:
        return "ok"
    count, named = len(finding.rows), ", ".join(finding.rows[:EXAMPLES])
    more = ", …" if count > EXAMPLES else ""
    return f"FAILED  {count} {'row' if count == 1 else 'rows'}: {named}{more}"


def as_json(findings: Sequence[Finding]) -> str:
    """All rows, for programs."""
    checks = [
        {"name": finding.check.name, "says": finding.check.says, "rows": finding.rows}
        for finding in findings
    ]
    return json.dumps(
        {"ok": all(finding.is_good for finding in findings), "checks": checks}, indent=2
    )
