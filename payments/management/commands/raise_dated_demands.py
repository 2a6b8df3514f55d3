"""``manage.py raise_dated_demands``: demand lines whose date has come (R2), now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Demand the lines of payment schedules whose date has come."
    job = "payments.raise_dated_demands"
