"""Commands of maintenance: each runs the periodic job of its name, here and now instead of by the clock."""

from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from realestate.core.jobs import run_now


class MaintenanceCommand(BaseCommand):
    """Runs a job, prints what it did; exit code 1 and the reason when it failed. The run is listed in the admin."""

    job: ClassVar[str]

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print what the job did."""
        try:
            did = run_now(self.job)
        except Exception as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(did)
