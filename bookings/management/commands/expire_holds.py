"""``manage.py expire_holds``: record what time has ended, now instead of in the worker's next run."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Records lapsed holds, bookings and quotes. Safe at any time: nothing depends on it (R4.4)."""

    help = "Record holds, bookings and quotes that have lapsed."
    job = "bookings.expire_holds"
