"""From a booking and its schedule to what the rule of triggers is given (R2, R7)."""

from datetime import date

from bookings.enums import BookingState
from bookings.models import Booking
from payments.enums import Trigger
from payments.models import ScheduleLine
from payments.rules.triggers import Happened, Waiting
from progress.models import Milestone
from realestate.core import clock

UNSIGNED = frozenset({BookingState.BOOKING_CONFIRMED})
DEMANDABLE = frozenset(
    {BookingState.BOOKING_CONFIRMED, BookingState.AGREEMENT_SIGNED, BookingState.POSSESSION_OFFERED}
)


def waiting_from(row: ScheduleLine, zone: str) -> Waiting:
    """A schedule line as the rule sees it; its milestone and revision must be at hand."""
    return Waiting(
        line=row.pk,
        sequence=row.sequence,
        amount=row.amount,
        trigger=Trigger(row.trigger),
        offset=row.offset,
        fixed_on=row.fixed_on,
        certified_on=certified_on(row.milestone, zone),
        agreed_on=clock.local(row.revision.created_at, zone).date(),
        in_consideration=row.change_quote_id is None and not row.is_extra,
    )


def certified_on(milestone: Milestone | None, zone: str) -> date | None:
    """The day on which the certification was recorded: what is back-dated makes no demand of the past."""
    if milestone is None or milestone.certified_at is None:
        return None
    return clock.local(milestone.certified_at, zone).date()


def happened_to(booking: Booking) -> Happened:
    """How far the booking is, as triggers see it."""
    state = BookingState(booking.state)
    return Happened(
        booked_on=clock.local(booking.booking_date, booking.project.time_zone).date(),
        confirmed=state in DEMANDABLE,
        signed=state in DEMANDABLE - UNSIGNED,
        offered=state == BookingState.POSSESSION_OFFERED,
    )
