"""``manage.py purge_job_runs``: delete old runs of jobs, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Delete all but the newest hundred runs of each job, and jobs that the queue did a week ago."
    job = "realestate.purge_job_runs"
