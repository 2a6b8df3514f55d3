"""Finding a booking for a change of its money: locked and as it is now."""

from collections.abc import Iterable

from accounts.models import User
from bookings.models import Booking
from bookings.services import lock_booking
from bookings.services.standing import SHOWN, with_claim
from projects.models import Claim
from realestate.core.enums import Role
from realestate.core.errors import NotAllowed
from realestate.core.locking import lock, lock_all


def lock_any(booking_id: int) -> Booking:
    """The booking with project, unit and claim, for the platform itself. Raises Booking.DoesNotExist."""
    return with_claim(lock(Booking.objects.select_related(*SHOWN), booking_id))


def lock_many(booking_ids: Iterable[int]) -> list[Booking]:
    """Several bookings likewise, in the order of their keys, from two statements; missing ones are absent."""
    bookings = lock_all(Booking.objects.select_related(*SHOWN), booking_ids)
    claimed = [row.claim_id for row in bookings if row.claim_id is not None]
    claims = {claim.pk: claim for claim in lock_all(Claim.objects.all(), claimed)}
    for row in bookings:
        if row.claim_id is not None:
            row.claim = claims[row.claim_id]
    return bookings


def lock_for(actor: User | None, booking_id: int) -> Booking:
    """The same for somebody: scoped to what the caller may see."""
    return lock_any(booking_id) if actor is None else lock_booking(actor, booking_id)


def refuse_buyers(actor: User | None, text: str) -> None:
    """Raises NotAllowed (403) when a customer asks for what only the builder or staff decide."""
    if actor is not None and actor.user_type == Role.CUSTOMER:
        raise NotAllowed(text)
