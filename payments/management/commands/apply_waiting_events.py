"""``manage.py apply_waiting_events``: apply events of gateways that wait, now instead of by the clock."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """Runs the job of this name. Safe at any time and as often as one likes."""

    help = "Apply events of payment gateways whose job was lost or whose money was refused."
    job = "payments.apply_waiting_events"
