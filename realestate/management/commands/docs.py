"""Writes the reference pages from the code, or says which of them are out of date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from realestate.management.reference import pages
from realestate.settings.env import BASE_DIR

FOLDER = BASE_DIR / "docs" / "reference"


class Command(BaseCommand):
    """Exit code 1 when ``--check`` finds a page that is not what the code says."""

    help = "Write docs/reference from the code; --check only compares."
    requires_system_checks: list[str] = []  # the pages need no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Nothing is written with ``--check``."""
        parser.add_argument("--check", action="store_true", help="write nothing, only compare")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare, then write what differs."""
        made = pages()
        stale = sorted(name for name, text in made.items() if present(name) != text)
        if options["check"] and stale:
            message = f"Not current: {', '.join(stale)}. Run: make docs"
            raise CommandError(message)
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
        said = f"written: {', '.join(stale)}" if stale else "all pages are current"
        self.stdout.write(f"docs/reference: {said}")


def present(name: str) -> str:
    """The page as it stands; nothing when there is none."""
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""
