"""Recording what time has ended. Nothing depends on it: a lapse is a comparison with the clock (R4.4)."""

from datetime import datetime

from bookings.models import Booking, ChangeRequest
from bookings.services.booking import expire_booking
from bookings.services.changes import lapse_change
from projects.services import expire_claims
from realestate.core import clock

BATCH = 500  # rows per run; the next run takes the rest


def record_lapses() -> dict[str, int]:
    """Expire bookings and holds, let quotes lapse; each row in a transaction of its own. Returns how many of each."""
    now = clock.now()
    return {
        "holds": expire_claims(),
        "bookings": sum(expire_booking(booking_id=pk) for pk in _lapsed_bookings(now)),
        "quotes": sum(lapse_change(change_request_id=pk) for pk in _lapsed_changes(now)),
    }


def _lapsed_bookings(now: datetime) -> list[int]:
    rows = Booking.objects.lapsed(now)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _lapsed_changes(now: datetime) -> list[int]:
    rows = ChangeRequest.objects.lapsed(now)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
