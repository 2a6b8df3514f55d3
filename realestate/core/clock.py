"""The one clock. Services ask it once at their start; rules, querysets and jobs receive the time as an argument."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

DEFAULT_ZONE = "Asia/Kolkata"


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()  # noqa: TID251  # this is the one clock that the ban points to


def today(zone: str = DEFAULT_ZONE) -> date:
    """The calendar date in a project's time zone (R0)."""
    return local(now(), zone).date()


def local(instant: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """An instant as the wall clock of a time zone shows it."""
    return instant.astimezone(ZoneInfo(zone))
