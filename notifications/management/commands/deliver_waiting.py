"""``manage.py deliver_waiting``: queue deliveries that should have left by now, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Queue deliveries that should have left by now."
    job = "notifications.deliver_waiting"
