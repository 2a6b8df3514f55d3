"""``manage.py remind_of_appointments``: remind of appointments that are near (R14.6), now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Remind both sides of appointments that are near."
    job = "scheduling.remind_of_appointments"
