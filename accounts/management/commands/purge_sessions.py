"""``manage.py purge_sessions``: delete sessions that ended long ago, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Delete sessions that ended long ago."
    job = "accounts.purge_sessions"
