"""Password hashing with a bounded number of slots (D21): a flood of logins must not take all processors.

Nor all threads: whoever waits for a slot holds one of the process's threads, and a process whose threads all wait
answers nobody. So one thread is never for passwords; who would need it is told to come back at once.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Semaphore

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import User
from realestate.core.errors import ServiceUnavailable

LONGEST_WAIT = 5.0  # seconds
_threads = BoundedSemaphore(max(1, settings.WEB_THREADS - 1))  # that hash, or wait for it
_slots = BoundedSemaphore(max(1, (os.cpu_count() or 1) // settings.WEB_WORKERS))


@contextmanager
def hashing_slot() -> Iterator[None]:
    """One of this process's slots. Raises ServiceUnavailable (503) when none becomes free in time, or too many wait."""
    with _taken(_threads, wait=0), _taken(_slots, wait=LONGEST_WAIT):
        yield


def refuse_crowd() -> None:
    """Before anything else is done for a password: raises ServiceUnavailable where no thread is left for it."""
    with _taken(_threads, wait=0):
        pass


@contextmanager
def _taken(places: Semaphore, *, wait: float) -> Iterator[None]:
    if not (places.acquire(timeout=wait) if wait else places.acquire(blocking=False)):
        raise ServiceUnavailable
    try:
        yield
    finally:
        places.release()


def hashed(password: str) -> str:
    """A password as it is stored."""
    with hashing_slot():
        return make_password(password)


def matches(user: User | None, password: str) -> bool:
    """Whether a password is the user's; takes the same time when there is no such user (E6)."""
    with hashing_slot():
        if user is None:
            make_password(password)
            return False
        return user.check_password(password)
