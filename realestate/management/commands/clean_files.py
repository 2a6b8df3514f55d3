"""``manage.py clean_files``: take away files that nothing uses, now instead of in the worker's next night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from realestate.core.enums import RunTrigger
from realestate.core.files import clean_files
from realestate.core.jobs import recorded


class Command(BaseCommand):
    """Removes uploads of a week ago that nothing names, and stored bytes of a day ago that have no row.

    Safe at any time and as often as one likes. Files that the platform made itself are never touched.
    """

    help = "Remove uploaded files that nothing uses, and stored bytes without a row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only look."""
        parser.add_argument("--dry-run", action="store_true", help="Say what would go; keep it.")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's signature
        """Print what went, one line each, and how many."""
        dry_run = options["dry_run"]
        if dry_run:
            sweep = clean_files(dry_run=True)
        else:
            with recorded("realestate.clean_files", RunTrigger.COMMAND) as note:
                sweep = clean_files()
                note.did = f"files: {len(sweep.rows)}, stored names: {len(sweep.names)}"
        would = "would be removed" if dry_run else "removed"
        for pk in sweep.rows:
            self.stdout.write(f"file {pk}: nothing uses it, {would}")
        for name in sweep.names:
            self.stdout.write(f"{name}: no row has it, {would}")
        self.stdout.write(f"{len(sweep.rows)} files and {len(sweep.names)} stored names {would}")
