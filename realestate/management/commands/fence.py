"""Closes the platform to the outside: no job runs, and nobody is told anything, until ``unfence``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from realestate.core import audit
from realestate.core.fence import close_fence


class Command(BaseCommand):
    """For a copy that another way than ``restore`` has made, such as one of a point in time."""

    help = "Stop jobs and outgoing messages of this database (docs/backup.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Why."""
        parser.add_argument("--reason", default="", help="for the audit trail")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what it means."""
        close_fence(actor=audit.SYSTEM, reason=options["reason"])
        self.stdout.write("Fenced: no job runs, nothing goes out.")
