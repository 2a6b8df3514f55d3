"""Files that nobody uses: bytes without a row, and uploads that nothing ever named. What may be used stays."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import default_storage
from django.db.models import CharField, Field, JSONField, Model, Q, TextField
from django.db.models.functions import Cast

from realestate.core import audit, clock
from realestate.core.errors import Conflict, InvalidValue, ProtectedRow
from realestate.core.files.pictures import VARIANTS
from realestate.core.files.storing import STORE_FAILED, variant_path
from realestate.core.ladder import LADDER
from realestate.core.locking import lock_all
from realestate.core.models import AuditEntry, IdempotencyKey, StoredFile
from realestate.core.transactions import service

BYTES_AGE = timedelta(days=1)  # an upload stores its bytes first and its row seconds later
ROW_AGE = timedelta(days=7)  # in which whoever sent a file has named it somewhere
BATCH = 100
FOLDER = re.compile(r"[0-9a-f]{2}")
NAME = re.compile(rf"([0-9a-f]{{32}})(?:-(?:{'|'.join(VARIANTS)}))?(?:_[A-Za-z0-9]+)?")
ADDRESS = re.compile(r"/api/files/(\d{1,18})")
MARK = "/api/files/"
# They say what was, not what is shown.
RECORDS = (AuditEntry, IdempotencyKey, StoredFile)


@dataclass(frozen=True)
class Sweep:
    """What was taken away, or with a dry run would be: ids of rows, and names in the storage."""

    rows: list[int]
    names: list[str]


def clean_files(*, dry_run: bool = False) -> Sweep:
    """Take away uploads older than a week that nothing names, and bytes older than a day without a row.

    Only files that people sent are looked at, never those that the platform made. Idempotent; in batches, each a
    transaction of its own, so that it may be stopped at any time.
    """
    now = clock.now()
    rows = _unused_rows(now)
    if not dry_run:
        rows = [pk for part in _batches(rows) for pk in _drop(part)]
    return Sweep(rows, list(_names_without_row(now, dry_run=dry_run)))


def _batches(keys: list[int]) -> list[list[int]]:
    return [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]


def used_files(among: Iterable[int]) -> set[int]:
    """Those of these files that any row of the platform points at, by a foreign key or by an address in a text."""
    wanted = set(among)
    used: set[int] = set()
    for model in _house_models():
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):  # noqa: SLF001  # documented API
            if field.related_model is StoredFile:
                keys = model._base_manager.filter(**{f"{field.name}__in": wanted})  # noqa: SLF001  # Django's API
                used.update(keys.values_list(field.name, flat=True))
        if issubclass(model, RECORDS):
            continue
        used.update(_addressed(model))
    return used & wanted


def _house_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in LADDER and model._meta.managed  # noqa: SLF001  # documented API
    ]


def _addressed(model: type[Model]) -> Iterator[int]:
    """The files whose address stands in any text of a table."""
    texts = [field.name for field in model._meta.local_fields if _holds_text(field)]  # noqa: SLF001  # documented API
    if not texts:
        return
    casts = {f"{name}_as_text": Cast(name, TextField()) for name in texts}
    found = Q(*[(f"{name}__contains", MARK) for name in casts], _connector=Q.OR)
    rows = model._base_manager.annotate(**casts).filter(found)  # noqa: SLF001  # Django's API
    for values in rows.values_list(*casts).iterator():
        for text in values:
            yield from (int(key) for key in ADDRESS.findall(text or ""))


def _holds_text(field: "Field[Any, Any]") -> bool:
    return isinstance(field, JSONField | TextField | ArrayField) or (
        isinstance(field, CharField) and not field.choices and (field.max_length or 0) > len(MARK)
    )


def _unused_rows(now: datetime) -> list[int]:
    sent = StoredFile.objects.exclude(purpose="").filter(created_at__lt=now - ROW_AGE)
    keys = list(sent.order_by("pk").values_list("pk", flat=True))
    used = used_files(keys) if keys else set()
    return [key for key in keys if key not in used]


def _drop(keys: Iterable[int]) -> list[int]:
    """Rows first, bytes after the commit: a crash between them leaves bytes for the next run, never a dead row."""
    try:
        dropped = _drop_rows(keys=list(keys))
    except (
        Conflict,
        ProtectedRow,
        InvalidValue,
    ):  # named in this very moment; the next run sees it
        return []
    for row in dropped.values():
        for path in (row.path, *(variant_path(row, variant) for variant in VARIANTS)):
            _delete(path)
    return list(dropped)


@service
def _drop_rows(*, keys: list[int]) -> dict[int, StoredFile]:
    """Under their locks, which whoever publishes a file takes too, the rows are looked at again."""
    rows = lock_all(StoredFile.objects.exclude(purpose=""), keys)
    used = used_files(row.pk for row in rows)
    unused = {row.pk: row for row in rows if row.pk not in used}
    for row in unused.values():
        gone = {"name": row.name, "path": row.path, "sha256": row.sha256, "owner": row.owner_id}
        audit.record(audit.SYSTEM, row, "removed", before=gone, reason="Nothing used it.")
    StoredFile.objects.filter(pk__in=list(unused)).delete()
    return unused


def _names_without_row(now: datetime, *, dry_run: bool) -> Iterator[str]:
    """Names of our own form only: what else lies in a folder or bucket is not ours to take away."""
    for folder in sorted(name for name in _listed("")[0] if FOLDER.fullmatch(name)):
        paths = StoredFile.objects.filter(path__startswith=f"{folder}/")
        known = set(paths.values_list("path", flat=True))
        for name in sorted(_listed(folder)[1]):
            match = NAME.fullmatch(name)
            path = f"{folder}/{name}"
            if not match or path in known or f"{folder}/{match[1]}" in known:
                continue
            if _is_old(path, now) and (dry_run or _delete(path)):
                yield path


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _is_old(path: str, now: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < now - BYTES_AGE
    except (FileNotFoundError, *STORE_FAILED):  # gone meanwhile
        return False


def _delete(path: str) -> bool:
    try:
        default_storage.delete(path)
    except (OSError, *STORE_FAILED):  # the next run tries again
        return False
    return True
