"""Jobs of the bookings app: load, call a service."""

from bookings.services import record_lapses
from realestate.core.jobs import job


@job("bookings.record_lapses", cron="*/5 * * * *")
def record_lapses_now(**_unknown: object) -> None:
    """Every five minutes: record holds, bookings and quotes whose time is over."""
    record_lapses()
