"""Quiet hours: they delay what leaves the house, and never drop it (R20)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(now: datetime, *, start: time, end: time, zone: str) -> datetime | None:
    """The instant at which quiet hours that hold at ``now`` end; None when it is not quiet.

    ``start`` and ``end`` are a wall clock's; from 22:00 to 07:00 goes over midnight. Equal ones are no quiet at all.
    """
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time()
    over_midnight = end < start
    is_quiet = (clock >= start or clock < end) if over_midnight else start <= clock < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and clock >= start else 0)
    ending = datetime.combine(day, end, ZoneInfo(zone))
    # Where the clock was set back the same time comes twice; the first may be behind us.
    ends = (ending.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return next((instant for instant in ends if instant > now), None)
