"""``manage.py deliver_broadcasts``: queue broadcasts that have not reached everybody, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Queue broadcasts that have not reached everybody."
    job = "messaging.deliver_broadcasts"
