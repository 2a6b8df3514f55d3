"""Limits counted in PostgreSQL, so that they hold over all processes and restarts (D21, F10)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from rest_framework.request import Request

from realestate.core import clock
from realestate.core.api.access import WITH_DUTIES, role_of
from realestate.core.errors import TooManyRequests
from realestate.core.limits import Limit
from realestate.core.models import RateCounter
from realestate.core.system_settings import define
from realestate.core.transactions import service

KEEP = timedelta(days=2)  # longer than any limit's time
FACTOR = define(
    "platform.limits_factor",
    int,
    default=1,
    minimum=1,
    maximum=1000,
    unit="times",
    help="How many times as often as docs/security.md says an account may do what is limited in number: more where"
    " programs work with few accounts. Passwords, codes and mails are not meant.",
)

# One statement counts or refuses, so that no two processes take the last use; a refusal writes nothing.
COUNT = """
    INSERT INTO core_ratecounter AS counter (key, uses, last_used_at) VALUES (%(key)s, ARRAY[%(now)s], %(now)s)
    ON CONFLICT (key) DO UPDATE SET last_used_at = excluded.last_used_at,
        uses = ARRAY(SELECT used FROM unnest(counter.uses) used WHERE used > %(since)s ORDER BY used) || excluded.uses
    WHERE (SELECT count(*) FROM unnest(counter.uses) used WHERE used > %(since)s) < %(times)s
    RETURNING key
"""
OLDEST = """
    SELECT min(used) FROM core_ratecounter, unnest(uses) used WHERE key = %(key)s AND used > %(since)s
"""
GIVE_BACK = """
    UPDATE core_ratecounter
    SET uses = uses[:array_position(uses, %(at)s) - 1] || uses[array_position(uses, %(at)s) + 1:]
    WHERE key = %(key)s AND %(at)s = ANY(uses)
"""


@dataclass(frozen=True)
class Use:
    """One counted use, which may be given back."""

    key: str
    at: datetime


def limit(scope: str, identity: str, *, times: int, per: timedelta) -> Use:
    """Count one use, and refuse the one that would be too many in any stretch of time of this length (F10).

    What is refused does not count: who keeps trying is let in as soon as the first use is old enough. Raises
    TooManyRequests (429) with the wait in seconds.
    """
    now = clock.now()
    use = Use(f"{scope}:{hashlib.sha256(identity.encode()).hexdigest()}", now)
    oldest = count_use(use, since=now - per, times=times)
    if oldest is not None:
        raise TooManyRequests(wait_seconds=int((oldest + per - now).total_seconds()) + 1)
    return use


def count(request: HttpRequest | Request, rule: Limit) -> None:
    """One more use by the account that asks, or by the caller's network when nobody is logged in.

    Comes before the work, in a transaction of its own. The setting is looked at only by who has reached the limit.
    Raises TooManyRequests (429).
    """
    identity, times = _counted(request, rule)
    try:
        limit(rule.scope, identity, times=times, per=rule.per)
    except TooManyRequests:
        factor = FACTOR.value()
        if factor == 1:
            raise
        limit(rule.scope, identity, times=times * factor, per=rule.per)


def _counted(request: HttpRequest | Request, rule: Limit) -> tuple[str, int]:
    """Whose uses are counted together, and how many of them there may be."""
    if request.user.pk is None:
        return network(client_address(request)), rule.network or rule.times
    in_office = role_of(request) in WITH_DUTIES
    return f"user {request.user.pk}", (rule.office if in_office else None) or rule.times


@service
def count_use(use: Use, *, since: datetime, times: int) -> datetime | None:
    """Keep a use if fewer than ``times`` are younger than ``since``; otherwise return the oldest of those."""
    values: dict[str, Any] = {"key": use.key, "now": use.at, "since": since, "times": times}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        if cursor.fetchone():
            return None
        cursor.execute(OLDEST, values)
        oldest: datetime | None = cursor.fetchone()[0]
        return oldest or use.at  # given back by somebody in between: a moment later there is room


@service
def give_back(use: Use) -> None:
    """A use that turned out to be harmless, such as a right password, does not count."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"key": use.key, "at": use.at})


@service
def purge_counters() -> int:
    """Delete what was last used long ago; returns how many."""
    return RateCounter.objects.filter(last_used_at__lt=clock.now() - KEEP).delete()[0]


def client_address(request: HttpRequest | Request) -> str:
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


def network(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 network that one IPv6 subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))
