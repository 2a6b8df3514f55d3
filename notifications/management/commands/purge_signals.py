"""``manage.py purge_signals``: delete signals and tickets that nobody can use, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Delete signals and tickets that nobody can use any more."
    job = "notifications.purge_signals"
