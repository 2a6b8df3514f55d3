"""``manage.py post_monthly_interest``: late interest up to the end of last month (R9), now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Post late interest up to the end of last month."
    job = "payments.post_monthly_interest"
