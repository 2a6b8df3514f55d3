"""The ground: the audit trail, idempotency keys, files, and the database's own promises."""

from django.core.files.storage import default_storage

from realestate.core.enums import KeyState
from realestate.core.models import StoredFile
from realestate.integrity.check import Check, sql_check

PARAMS = {"running": KeyState.RUNNING.value}


def _without_audit(table: str, label: str) -> str:
    return f"""SELECT b.id FROM {table} b WHERE NOT EXISTS (SELECT FROM core_auditentry a
        WHERE a.object_type = '{label}' AND a.object_id = b.id) ORDER BY 1"""  # noqa: S608  # called below, only


def missing_files() -> list[str]:
    """Rows of files that the storage does not have, or that are not as long as they were."""
    rows = StoredFile.objects.order_by("pk").values_list("pk", "path", "size")
    return [str(pk) for pk, path, size in rows.iterator() if _size(path) != size]


def _size(path: str) -> int | None:
    try:
        return default_storage.size(path)
    except FileNotFoundError:
        return None


CHECKS: tuple[Check, ...] = (
    sql_check(
        "bookings_are_audited",
        "The audit trail knows every booking.",
        _without_audit("bookings_booking", "bookings.booking"),
    ),
    sql_check(
        "payments_are_audited",
        "The audit trail knows every payment.",
        _without_audit("payments_payment", "payments.payment"),
    ),
    sql_check(
        "no_request_runs_for_days",
        "No idempotency key is still running a day after its lease.",
        """SELECT id FROM core_idempotencykey
        WHERE state = %(running)s AND lease_until < now() - interval '1 day' ORDER BY 1""",
        PARAMS,
    ),
    Check(
        name="files_are_stored",
        says="The storage has every file, as long as its row says.",
        find=missing_files,
    ),
    sql_check(
        "indexes_are_valid",
        "Every index was built to its end.",
        """SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace ORDER BY 1""",
    ),
    sql_check(
        "constraints_are_validated",
        "Every constraint holds for the rows that were there before it.",
        """SELECT conname FROM pg_constraint
        WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1""",
    ),
)
