"""Late payment success (R5): money that arrives after its hold lapsed takes the unit again, if nobody else has it."""

from bookings.enums import BookingAction, BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.rules import TRANSITIONS
from bookings.services.limits import HOLD_MINUTES
from bookings.services.quotes import follow_booking
from bookings.services.standing import SHOWN, state_at
from projects.models import Claim, Unit
from projects.services import set_parties, take_if_free
from realestate.core import audit, clock
from realestate.core.events import publish
from realestate.core.locking import lock, own
from realestate.core.states import advance
from realestate.core.transactions import service


@service
def retake_claim(*, booking_id: int) -> bool:
    """R5, late payment success: a new hold of the same unit for a booking whose hold has lapsed.

    For payments, within its transaction: it has checked that the payment was initiated while the hold lived, and goes
    on with ``pay_token``. True: the booking is on hold again, at its old price. False, and nothing has changed: the
    hold is live, the booking is neither on hold nor expired, or the unit is not to be had; it is never taken from
    anybody.
    """
    booking = lock(Booking.objects.select_related(*SHOWN), booking_id)
    if booking.unit_id is None or booking.claim_id is None:
        return False
    # No lock yet: a hold that has lapsed stays lapsed, and whoever takes a unit locks its lapsed claims first.
    booking.claim = Claim.objects.get(pk=booking.claim_id)
    now = clock.now()
    is_lapsed = state_at(booking, now) == BookingState.EXPIRED
    if not (is_lapsed and Unit.objects.filter(pk=booking.unit_id).claimable(now).exists()):
        return False
    taken = take_if_free(
        actor=None,
        unit_ids=[booking.unit_id],
        customer_id=booking.customer_id,
        minutes=HOLD_MINUTES.for_project(booking.project),
    )
    for claim in taken:
        _put_on_hold(booking, claim)
    return bool(taken)


def _put_on_hold(booking: Booking, claim: Claim) -> None:
    others = booking.applicants.exclude(customer=None).exclude(customer=booking.customer_id)
    own(claim)  # whoever goes on, to pay the token, locks it after the unit
    set_parties(
        claim_id=claim.pk,
        customer_id=booking.customer_id,
        others=others.values_list("customer_id", flat=True),
    )
    old = booking.state
    if old == BookingState.EXPIRED:
        advance(booking, TRANSITIONS, BookingAction.RETAKE)
    booking.claim = claim
    booking.state_reason = ""
    booking.version += 1
    booking.save(update_fields=["claim", "state_reason", "version", "updated_at"])
    follow_booking(booking, claim)
    audit.record(
        audit.SYSTEM,
        booking,
        "unit taken again",
        before={"state": old},
        after={"state": booking.state, "claim": claim.pk},
    )
    if old != booking.state:
        publish(BookingMoved(booking_id=booking.pk, old=old, new=booking.state))
