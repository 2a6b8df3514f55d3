"""Password hashing with a bounded number of slots (D21): a flood of logins must not take all processors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import User
from realestate.core.errors import ServiceUnavailable

LONGEST_WAIT = 5.0  # seconds
_slots = BoundedSemaphore(max(1, (os.cpu_count() or 1) // settings.WEB_WORKERS))


@contextmanager
def hashing_slot() -> Iterator[None]:
    """One of this process's slots. Raises ServiceUnavailable (503) when none becomes free in time."""
    if not _slots.acquire(timeout=LONGEST_WAIT):
        raise ServiceUnavailable
    try:
        yield
    finally:
        _slots.release()


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
