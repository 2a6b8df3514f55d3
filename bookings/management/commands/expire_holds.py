"""``manage.py expire_holds``: record what time has ended, now instead of in the worker's next run."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.services import record_lapses


class Command(BaseCommand):
    """Records lapsed holds, bookings and quotes. Safe at any time: nothing depends on it (R4.4)."""

    help = "Record holds, bookings and quotes that have lapsed."

    def handle(self, *args: Any, **options: Any) -> None:  # Django's signature
        """Print how many of each were recorded."""
        for name, count in record_lapses().items():
            self.stdout.write(f"{name}: {count}")
