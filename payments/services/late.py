"""Money that arrives after its hold lapsed: the unit is taken again, or the money is owed back (R5)."""

from datetime import datetime, timedelta

from bookings.enums import BookingState
from bookings.models import Booking
from bookings.rules import DEAD
from bookings.services import retake_claim, state_at
from payments.events import RefundNeeded
from payments.models import Payment, Refund
from payments.services.terms import terms_of
from realestate.core import audit, clock
from realestate.core.events import publish


def take_up(booking: Booking, initiated_at: datetime) -> bool:
    """Whether the booking can have the money: alive, or brought back to life because the payment began in time.

    Within the caller's service, with the booking and its claim locked; the caller reads the booking anew.
    """
    state = state_at(booking, clock.now())
    if state != BookingState.EXPIRED:
        return state not in DEAD
    expires_at = booking.claim.expires_at if booking.claim else None
    in_time = expires_at is not None and initiated_at < expires_at
    return in_time and retake_claim(booking_id=booking.pk)


def owe(booking: Booking, payment: Payment, reason: str) -> None:
    """A refund of the whole payment, of which staff are told; the receipt stays cleared."""
    today = clock.today(booking.project.time_zone)
    refund = Refund.objects.create(
        booking=booking,
        project=booking.project,
        payment=payment,
        amount=payment.amount,
        currency=payment.currency,
        due_on=today + timedelta(days=terms_of(booking).refund_days),
        reason=reason,
        created_at=clock.now(),
    )
    audit.record(audit.SYSTEM, refund, "due", after={"amount": refund.amount}, reason=reason)
    publish(RefundNeeded(refund_id=refund.pk, booking_id=booking.pk))
