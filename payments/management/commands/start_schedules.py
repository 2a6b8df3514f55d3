"""``manage.py start_schedules``: payment schedules for bookings that were confirmed before there were any."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from payments.services import bookings_without_schedule, start_plan
from realestate.core.errors import DomainError


class Command(BaseCommand):
    """Makes revision 1 of each and demands what has happened already (R5.5, R7.6). A second run finds nothing to do."""

    help = "Make the payment schedule of bookings that were confirmed without one, and demand what is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and whether only to look."""
        parser.add_argument("--booking", type=int, help="only this booking")
        parser.add_argument("--dry-run", action="store_true", help="say which, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:  # Django's signature
        """One line per booking; one whose plan does not fit is told and left as it is."""
        keys = bookings_without_schedule(options["booking"])
        for key in keys:
            self.stdout.write(f"booking {key}: {self._start(key, is_dry=options['dry_run'])}")
        self.stdout.write(f"{len(keys)} {'booking' if len(keys) == 1 else 'bookings'}")

    def _start(self, key: int, *, is_dry: bool) -> str:
        if is_dry:
            return "has no schedule"
        try:
            raised = start_plan(booking_id=key)
        except DomainError as refusal:
            return f"refused, {refusal}"
        return f"demanded by {raised.demand.number}" if raised.demand else "nothing is due yet"
