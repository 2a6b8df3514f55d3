"""The ground: the audit trail, idempotency keys, files, and the database's own promises."""

import hashlib

from django.core.files.storage import default_storage
from django.db.models import CharField, Func, QuerySet, Value
from django.db.models.functions import Cast, Concat

from realestate.core import clock
from realestate.core.enums import KeyState
from realestate.core.models import StoredFile
from realestate.integrity.check import Check, sql_check
from realestate.sealing import broken_seals

FILES_PER_DAY = 200  # that are read to the end; with --full all
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


def changed_files() -> list[str]:
    """Files of today's sample whose content is not what was stored; each day has another sample."""
    drawn = Func(
        Concat(Cast("id", CharField()), Value(f" {clock.today()}"), output_field=CharField()),
        function="md5",
        output_field=CharField(),
    )
    sample = StoredFile.objects.order_by(drawn)[:FILES_PER_DAY]
    return _changed(StoredFile.objects.filter(pk__in=sample.values("pk")))


def all_changed_files() -> list[str]:
    """All files whose content is not what was stored; reads every byte of the storage."""
    return _changed(StoredFile.objects.all())


def _changed(rows: QuerySet[StoredFile]) -> list[str]:
    found = rows.order_by("pk").values_list("pk", "path", "size", "sha256")
    return [
        str(pk)
        for pk, path, size, sha256 in found.iterator()
        if _size(path) == size and _checksum(path) != sha256  # others are files_are_stored's
    ]


def _checksum(path: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(path) as file:
        for piece in file.chunks():
            digest.update(piece)
    return digest.hexdigest()


CHECKS: tuple[Check, ...] = (
    sql_check(
        "changes_have_an_author",
        "Every change of a row of the business has an audit entry in its transaction that says who and why.",
        """SELECT c.id FROM core_rowchange c WHERE NOT EXISTS (SELECT FROM core_auditentry a
            WHERE a.transaction = c.transaction) ORDER BY 1""",
    ),
    Check(
        name="records_are_as_sealed",
        says="Audit trail, changes of rows and ledger are what they were when they were sealed.",
        find=broken_seals,
    ),
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
    Check(
        name="files_are_unchanged",
        says="Every file that was looked at has the content that was stored.",
        find=changed_files,
        find_all=all_changed_files,
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
