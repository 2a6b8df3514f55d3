"""``manage.py signal_due``: tell browsers of notifications whose time has come, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Tell browsers of notifications whose scheduled time has come."
    job = "notifications.signal_due"
