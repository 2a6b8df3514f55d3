"""What a transaction holds, as somebody else finds out."""

from concurrent.futures import ThreadPoolExecutor

from django.db import OperationalError, connections
from django.db.models import Model

from realestate.core.transactions import service


def is_free(row: Model) -> bool:
    """Whether another connection could lock the row now. The row must be committed."""
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        return elsewhere.submit(_try_to_lock, row).result()


def _try_to_lock(row: Model) -> bool:
    @service
    def lock_or_fail() -> None:
        rows = type(row)._default_manager.select_for_update(nowait=True, no_key=True, of=("self",))
        rows.get(pk=row.pk)

    try:
        lock_or_fail()
    except OperationalError:
        return False
    finally:
        connections.close_all()
    return True
