"""The one clock. Services ask it once at their start; rules, querysets and jobs receive the time as an argument."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from realestate.core.answers import making

DEFAULT_ZONE = "Asia/Kolkata"
_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _pretended.get() or timezone.now()  # noqa: TID251  # this is the one clock that the ban points to


@contextmanager
def pretend(instant: datetime) -> Iterator[None]:
    """Let everything inside happen at an instant of the past.

    The demo gets its history so, and a fast read is compiled as of one. Nothing else uses it.
    """
    before = _pretended.set(instant)
    try:
        yield
    finally:
        _pretended.reset(before)


def today(zone: str = DEFAULT_ZONE) -> date:
    """The calendar date in a project's time zone (R0)."""
    day = local(now(), zone).date()
    if making.is_kept():
        making.ends(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)))
    return day


def local(instant: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """An instant as the wall clock of a time zone shows it."""
    return instant.astimezone(ZoneInfo(zone))


def day_of(at: date | datetime, zone: str = DEFAULT_ZONE) -> date:
    """The day of an instant in a time zone; a day stays as it is."""
    return local(at, zone).date() if isinstance(at, datetime) else at
