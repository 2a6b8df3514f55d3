"""Opens a restored database: it is the real one now. What waited to be sent is dropped or sent, as one says."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from realestate.safekeeping.opening import open_database, waiting


class Command(BaseCommand):
    """Show what waits; open."""

    help = "Let jobs run and messages go out again (docs/backup.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What becomes of messages that waited when the backup was made."""
        fate = parser.add_mutually_exclusive_group()
        fate.add_argument(
            "--drop-waiting",
            action="store_true",
            help="they were sent before the loss, most likely; staff can send each again",
        )
        fate.add_argument("--send-waiting", action="store_true", help="send them now")
        parser.add_argument("--reason", default="", help="for the audit trail")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 when messages wait and nobody has said what becomes of them."""
        found = waiting()
        if found and not (options["drop_waiting"] or options["send_waiting"]):
            raise CommandError(
                f"{found} messages wait to be sent. Say --drop-waiting or --send-waiting."
            )
        dropped = open_database(is_dropping=options["drop_waiting"], reason=options["reason"])
        self.stdout.write(f"Open: jobs run, messages go out. Dropped: {dropped}.")
