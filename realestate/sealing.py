"""Seals over the append-only tables: what was changed, deleted, put in or put elsewhere afterwards is found (D35).

Triggers refuse changes to the application; the owner of the database can switch them off. A seal is a digest of the
rows since the seal before it, made with the platform's key, which the database does not know. Nobody who writes an
entry waits for it: a job seals what is final, some minutes later (docs/adr/0010).
"""

import time
from collections.abc import Iterator, Mapping
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.crypto import constant_time_compare, salted_hmac

from realestate.core.models import Seal
from realestate.core.transactions import service

# Table -> the columns under the seal; a column that comes later is no part of rows that are sealed.
STREAMS: Mapping[str, tuple[str, ...]] = {
    "core_auditentry": (
        *("id", "at", "actor_id", "object_type", "object_id", "action", "before", "after"),
        *("reason", "request_id", "transaction"),
    ),
    "core_rowchange": (
        *("id", "at", "transaction", "login", "object_type", "object_id", "kind", "before"),
        "after",
    ),
    "payments_ledgerentry": (
        *("id", "booking_id", "value_on", "kind", "debit", "credit", "label", "reference"),
        *("demand_id", "payment_id", "credit_note_id", "refund_id", "settlement_id", "posted_at"),
    ),
}
ROWS_PER_SEAL = 10_000
PATIENCE = 10.0  # seconds for whoever is writing to end; else the next run takes it
LOOK_AGAIN = 0.05  # seconds
SALT = "realestate.sealing"
BEGINNING = ""  # stands for the digest before the first


def seal_all() -> dict[str, int]:
    """Seal what is final in each table; returns how many rows of each. May be stopped and run again at any time."""
    sealed = {}
    for stream in STREAMS:
        count, until = 0, final_id(stream)
        while rows := seal_next(stream=stream, until=until):
            count += rows
        sealed[stream] = count
    return sealed


def final_id(stream: str) -> int:
    """A key below which no row can appear any more, though keys are given before their rows are committed.

    Whoever has a key of the table holds its lock until the commit, so it is enough to wait, without a lock of our own,
    for those who hold one now. 0: somebody has been writing for too long.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {stream}")  # noqa: S608  # a name of STREAMS
        (newest,) = cursor.fetchone()
    until = time.monotonic() + PATIENCE
    waited_for = _writers(stream)
    while waited_for & _writers(stream):
        if time.monotonic() > until:
            return 0
        time.sleep(LOOK_AGAIN)
    return int(newest)


def _writers(stream: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE relation = %s::regclass AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid <> pg_backend_pid()",
            [stream],
        )
        return {name for (name,) in cursor.fetchall()}


@service
def seal_next(*, stream: str, until: int) -> int:
    """Seal the next rows of a table up to a key, ``ROWS_PER_SEAL`` at most; returns how many, 0 at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SALT])  # one sealer at a time
        last = Seal.objects.filter(stream=stream).order_by("-last_id").first()
        after = last.last_id if last else 0
        cursor.execute(
            f"SELECT max(id), count(*) FROM (SELECT id FROM {stream} WHERE id > %s AND id <= %s"  # noqa: S608  # a name of STREAMS
            " ORDER BY id LIMIT %s) AS next",
            [after, until, ROWS_PER_SEAL],
        )
        newest, count = cursor.fetchone()
    if not count:
        return 0
    content = _content(stream, after, newest)
    Seal.objects.create(
        stream=stream,
        last_id=newest,
        rows=count,
        digest=_digests(stream, newest, last.digest if last else BEGINNING, content)[0],
    )
    return int(count)


def newest_digests() -> dict[str, str]:
    """The newest seal of each table; where it is kept elsewhere too, the last rows and seals cannot vanish together."""
    newest = Seal.objects.values("stream").annotate(newest=Max("pk")).values("newest")
    return {row.stream: row.digest for row in Seal.objects.filter(pk__in=newest)}


def broken_seals() -> list[str]:
    """The seals whose rows are not what they were when they were sealed."""
    return [str(seal) for stream in STREAMS for seal in _broken(stream)]


def _broken(stream: str) -> Iterator[Seal]:
    after, before = 0, BEGINNING
    for seal in Seal.objects.filter(stream=stream).order_by("last_id").iterator():
        content = _content(stream, after, seal.last_id)
        good = _digests(stream, seal.last_id, before, content)
        if not any(constant_time_compare(seal.digest, digest) for digest in good):
            yield seal
        after, before = seal.last_id, seal.digest


def _content(stream: str, after: int, until: int) -> str:
    """A digest of the rows of a table between two keys, the first not among them."""
    columns = ", ".join(STREAMS[stream])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(string_agg(jsonb_build_array({columns})::text, E'\\n' ORDER BY id), '')"  # noqa: S608  # names of STREAMS
            f" FROM {stream} WHERE id > %s AND id <= %s",
            [after, until],
        )
        (text,) = cursor.fetchone()
    return sha256(text.encode()).hexdigest()


def _digests(stream: str, last_id: int, before: str, content: str) -> list[str]:
    """The seal by the platform's key, and by those that it had before."""
    value = f"{stream} {last_id} {before} {content}"
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [salted_hmac(SALT, value, secret=key, algorithm="sha256").hexdigest() for key in keys]
