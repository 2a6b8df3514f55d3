"""``manage.py purge_rate_counters``: delete counters of limits that are over, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Delete counters of limits whose time is over."
    job = "accounts.purge_rate_counters"
