"""``manage.py purge_idempotency_keys``: delete idempotency keys older than a week, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Delete idempotency keys older than a week."
    job = "accounts.purge_idempotency_keys"
