"""Finding a booking for a change: scoped, locked, freshly read, and refused where nothing can be done any more."""

from datetime import datetime

from accounts.models import User
from bookings.enums import BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.rules import DEAD
from projects.models import Claim
from realestate.core import audit
from realestate.core.enums import Role
from realestate.core.errors import InvalidTransition, NotAllowed, StaleVersion
from realestate.core.events import publish
from realestate.core.locking import lock

SHOWN = ("project", "unit")


def lock_booking(
    actor: User, booking_id: int, version: int | None = None, *, for_oneself: bool = False
) -> Booking:
    """The caller's booking with project and unit; the booking and its claim are locked and as they are now.

    ``for_oneself``: co-applicants may do it too, for themselves. Raises Booking.DoesNotExist for strangers, NotAllowed
    (403) for co-applicants, StaleVersion (412) when the caller has seen another version.
    """
    booking = with_claim(lock(Booking.objects.for_user(actor).select_related(*SHOWN), booking_id))
    if not for_oneself:
        refuse_co_applicants(actor, booking)
    if version is not None and version != booking.version:
        raise StaleVersion(version=booking.version)
    return booking


def with_claim(booking: Booking) -> Booking:
    """The same booking with its claim locked too.

    Read by itself and after the booking: PostgreSQL reads only the locked row again after a wait, what is joined to it
    stays as it was before.
    """
    if booking.claim_id is not None:
        booking.claim = lock(Claim.objects.all(), booking.claim_id)
    return booking


def state_at(booking: Booking, now: datetime) -> str:
    """The state in which a booking stands at an instant: a lapsed hold is expired (R4.4)."""
    lapsed = (
        booking.state == BookingState.ON_HOLD
        and booking.claim is not None
        and not booking.claim.is_live(now)
    )
    return BookingState.EXPIRED if lapsed else booking.state


def refuse_lapsed(booking: Booking, now: datetime) -> None:
    """Raises InvalidTransition (409): a lapsed hold counts as expired, whatever is asked for."""
    state = state_at(booking, now)
    if state != booking.state:
        raise InvalidTransition(state=state, allowed=[])


def refuse_dead(booking: Booking, now: datetime) -> None:
    """Raises InvalidTransition (409) for a booking that was cancelled, transferred or has expired."""
    state = state_at(booking, now)
    if state in DEAD:
        raise InvalidTransition(state=state, allowed=[])


def refuse_customers(actor: User, text: str) -> None:
    """Raises NotAllowed (403) when a customer asks for what only the builder decides."""
    if actor.user_type == Role.CUSTOMER:
        raise NotAllowed(text)


def refuse_co_applicants(actor: User, booking: Booking) -> None:
    """R18: co-applicants read a booking; who booked acts for all. Raises NotAllowed (403)."""
    if actor.user_type == Role.CUSTOMER and booking.customer_id != actor.pk:
        raise NotAllowed("Only the customer who booked can do this.")


def note_move(actor: User | None, booking: Booking, *, moved: tuple[str, str], reason: str) -> None:
    """After a move: its reason, another version, the audit row and the news, in the same transaction (R5)."""
    old, new = moved
    booking.state_reason = reason
    booking.version += 1
    booking.save(update_fields=["state_reason", "version", "updated_at"])
    audit.record(
        actor, booking, "moved", before={"state": old}, after={"state": new}, reason=reason
    )
    publish(BookingMoved(booking_id=booking.pk, old=old, new=new))
