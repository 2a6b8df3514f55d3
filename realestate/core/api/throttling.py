"""Limits counted in PostgreSQL, so that they hold over all processes and restarts (D21, F10)."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from rest_framework.request import Request

from realestate.core import clock
from realestate.core.errors import TooManyRequests
from realestate.core.models import RateCounter
from realestate.core.transactions import service

UPSERT = """
    INSERT INTO core_ratecounter (key, window_start, count) VALUES (%s, %s, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET count = core_ratecounter.count + 1
    RETURNING count
"""


def limit(scope: str, identity: str, *, times: int, per: timedelta) -> None:
    """Count one use and refuse when the window is full. Raises TooManyRequests (429) with the wait in seconds."""
    now = clock.now()
    start = window_start(now, per)
    key = f"{scope}:{hashlib.sha256(identity.encode()).hexdigest()}"
    if count_use(key, start) > times:
        wait = int((start + per - now).total_seconds()) + 1
        raise TooManyRequests(wait_seconds=wait)


@service
def count_use(key: str, start: datetime) -> int:
    """One more use of a key in a window, atomically; returns the count so far."""
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [key, start])
        return int(cursor.fetchone()[0])


@service
def purge_counters() -> int:
    """Delete windows that ended long ago; returns how many."""
    return RateCounter.objects.filter(window_start__lt=clock.now() - timedelta(days=2)).delete()[0]


def window_start(now: datetime, per: timedelta) -> datetime:
    """The start of the fixed window that an instant lies in."""
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)


def client_address(request: Request) -> str:
    """The caller's address: the peer's, or the one that the configured number of proxies reports."""
    hops: int = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip()
        for part in request.headers.get("X-Forwarded-For", "").split(",")
        if part.strip()
    ]
    if hops and len(forwarded) >= hops:
        return forwarded[-hops]
    return str(request.META.get("REMOTE_ADDR", ""))
