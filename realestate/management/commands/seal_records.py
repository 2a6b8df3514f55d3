"""Seals what is final in the audit trail, the changes of rows and the ledger: the job of this name, by hand."""

from realestate.core.commands import MaintenanceCommand


class Command(MaintenanceCommand):
    """See the job's docstring."""

    help = "Seal the audit trail, the changes of rows and the ledger up to what is final."
    job = "realestate.seal_records"
