"""The bell: tells the processes that hold browsers' sockets that there is something new to read in the database.

It carries no news, so that nothing is lost when it is not heard: who listens reads the table, and looks there from
time to time anyway. PostgreSQL's NOTIFY rings it at commit, and folds many rings of one transaction into one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import cache
from time import monotonic
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection, transaction
from redis import Redis, RedisError
from redis.asyncio import Redis as AsyncRedis

CHANNEL = "realestate_signals"
PATIENCE = 1.0  # seconds for an exchange with Redis
QUIET = 30.0  # seconds without a ring after which the connection is asked whether it lives
PAUSE = 1.0  # seconds until a lost connection is tried again
SPARED = 10.0  # seconds in which a process does not ring a Redis that did not answer
PARTS = ("host", "port", "dbname", "user", "password")
log = structlog.get_logger(__name__)


def ring() -> None:
    """Within a service: ring when it is committed, not before and not when it is undone."""
    if settings.REDIS_URL:
        transaction.on_commit(_ring_redis, robust=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _ring_redis() -> None:
    url = settings.REDIS_URL
    if monotonic() < _spared_until.get(url, 0.0):
        return
    try:
        _redis(url).publish(CHANNEL, "")
    except RedisError as error:  # what is new is read a little later
        _spared_until[url] = monotonic() + SPARED
        log.warning("bell_not_rung", error=str(error))


_spared_until: dict[
    str, float
] = {}  # by address; an outage must not cost every request its patience (D28)


@cache
def _redis(url: str) -> Redis:
    """One pool per process; an outage costs one caller in ``SPARED`` at most ``PATIENCE``."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


async def listen(on_ring: Callable[[], None]) -> None:
    """Call ``on_ring`` at each ring, and whenever rings may have been missed; runs until it is cancelled."""
    rings = _redis_rings if settings.REDIS_URL else _postgres_rings
    while True:
        try:
            async for _ in rings():
                on_ring()
        except (OSError, psycopg.Error, RedisError) as error:
            log.warning("bell_lost", error=str(error))
        await asyncio.sleep(PAUSE)


async def _postgres_rings() -> AsyncIterator[None]:
    async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as own:
        await own.execute(f"LISTEN {CHANNEL}")
        yield
        async for _ in own.notifies():
            yield


async def _redis_rings() -> AsyncIterator[None]:
    # The connection is asked whether it lives when it is quiet; reading itself may wait for ever.
    limits: dict[str, Any] = {"socket_connect_timeout": PATIENCE, "health_check_interval": QUIET}
    async with (
        AsyncRedis.from_url(settings.REDIS_URL, **limits) as client,
        client.pubsub(ignore_subscribe_messages=True) as channel,
    ):
        await channel.subscribe(CHANNEL)
        yield
        while True:
            if await channel.get_message(timeout=QUIET) is not None:
                yield


def _parameters() -> dict[str, Any]:
    """A plain connection of its own: it waits for ever, so it has none of the limits of requests."""
    given = connection.get_connection_params()
    chosen = {
        name: value
        for name, value in given.items()
        if name in PARTS or name.startswith(("ssl", "keepalives"))
    }
    return {**chosen, "connect_timeout": 3, "application_name": "realestate bell"}
