"""``manage.py remind_buyers``: remind buyers of what is open (R20), now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Remind buyers of what is open and due."
    job = "payments.remind_buyers"
