"""``manage.py purge_imports``: delete imports of ninety days ago, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = (
        "Delete imports that were sent ninety days ago; their files go with the next clean_files."
    )
    job = "realestate.purge_imports"
