"""Limits counted in PostgreSQL, so that they hold over all processes and restarts (D21, F10)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
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


@dataclass(frozen=True)
class Use:
    """One counted use, which may be given back."""

    key: str
    start: datetime


def limit(scope: str, identity: str, *, times: int, per: timedelta) -> Use:
    """Count one use and refuse when the window is full. Raises TooManyRequests (429) with the wait in seconds."""
    now = clock.now()
    use = Use(f"{scope}:{hashlib.sha256(identity.encode()).hexdigest()}", window_start(now, per))
    if count_use(use.key, use.start) > times:
        wait = int((use.start + per - now).total_seconds()) + 1
        raise TooManyRequests(wait_seconds=wait)
    return use


@service
def give_back(use: Use) -> None:
    """A use that turned out to be harmless, such as a right password, does not count."""
    rows = RateCounter.objects.filter(key=use.key, window_start=use.start, count__gt=0)
    rows.update(count=F("count") - 1)


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
