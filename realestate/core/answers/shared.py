"""Kept answers for all processes and machines, in Redis where there is one. Losing it costs time and nothing else.

A key is a hash over the request, the program and what it is set up with: with another one nothing of before is found.
"""

import hashlib
from datetime import datetime
from functools import cache
from time import monotonic

import structlog
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis, RedisError

from realestate.core.answers.entries import Entry
from realestate.core.ladder import LADDER

PATIENCE = 0.25  # seconds for an exchange; making the answer takes less than a longer wait
SPARED = 10.0  # seconds in which a process does not ask a Redis that did not answer
log = structlog.get_logger(__name__)
_spared_until: dict[str, float] = {}  # by address (D28)


def get(key: str) -> Entry | None:
    """What is kept for a request, true or not; None without a Redis that answers."""
    if not _may_ask():
        return None
    try:
        found = _redis(settings.REDIS_URL).get(_name(key))
    except RedisError as error:
        _spare(error)
        return None
    try:
        return Entry.load(found) if isinstance(found, bytes) else None
    except (ValueError, TypeError):  # somebody else's
        return None


def put(key: str, entry: Entry, now: datetime) -> None:
    """Keep an entry for others until it ends."""
    life = int((entry.until - now).total_seconds() * 1000)
    if life <= 0 or not _may_ask():
        return
    try:
        _redis(settings.REDIS_URL).set(_name(key), entry.dump(), px=life)
    except RedisError as error:
        _spare(error)


def _may_ask() -> bool:
    return bool(settings.REDIS_URL) and monotonic() >= _spared_until.get(settings.REDIS_URL, 0.0)


def _spare(error: Exception) -> None:
    _spared_until[settings.REDIS_URL] = monotonic() + SPARED
    log.warning("kept_answers_not_reached", error=str(error))


@cache
def _redis(url: str) -> Redis:
    """One pool per process."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def _name(key: str) -> str:
    text = f"{_program()} {settings.PUBLIC_URL} {key}"
    mark = salted_hmac("realestate.core.answers", text, algorithm="sha256").hexdigest()
    return f"realestate:answer:{mark}"


@cache
def _program() -> str:
    """A digest of the program: two releases may answer differently from the same rows."""
    digest = hashlib.sha256()
    for folder in ("realestate", *LADDER[1:]):
        for file in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    digest.update((settings.BASE_DIR / "requirements.txt").read_bytes())
    return digest.hexdigest()
