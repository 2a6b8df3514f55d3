"""Imports are kept as long as somebody may ask what was in the file; then they go, with what people sent."""

from datetime import timedelta

from realestate.core import audit, clock
from realestate.core.enums import ImportState
from realestate.core.locking import lock_all
from realestate.core.models import ImportRun
from realestate.core.transactions import service

KEPT = timedelta(days=90)
AT_WORK = (ImportState.CHECKING, ImportState.APPLYING)
BATCH = 500


@service
def purge_imports() -> int:
    """Delete imports that were sent ninety days ago; their files go with the next cleaning of files.

    What was imported stays, and so does its record. Returns how many went, at most five hundred at a time.
    """
    old = ImportRun.objects.filter(created_at__lt=clock.now() - KEPT).exclude(state__in=AT_WORK)
    runs = lock_all(old, list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]))
    for run in runs:
        gone = {"kind": run.kind, "state": run.state, "rows": run.rows, "made_by": run.made_by_id}
        audit.record(audit.SYSTEM, run, "removed", before=gone, reason="Ninety days old.")
    ImportRun.objects.filter(pk__in=[run.pk for run in runs]).delete()
    return len(runs)
