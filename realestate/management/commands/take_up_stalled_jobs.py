"""``manage.py take_up_stalled_jobs``: give jobs whose worker has died to another one, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Give jobs whose worker has died in the middle to another one."
    job = "realestate.take_up_stalled_jobs"
