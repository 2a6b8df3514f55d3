"""What payments has to say when a booking moves: money decides about two steps (R5.4, R5.10)."""

from bookings.enums import BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from payments.services import paid_for
from realestate.core.errors import DomainError
from realestate.core.events import on


class SettlementRequired(DomainError):
    """Money has been received for this booking, so it can be cancelled only with an approved settlement."""

    code, status = "settlement_required", 422


class TokenNotPaid(DomainError):
    """The token has not been paid in full."""

    code, status = "token_not_paid", 422


@on(BookingMoved)
def refuse_cancellation_with_money(event: BookingMoved) -> None:
    """R5.10: while money is held, a cancellation needs an approved settlement (R11); there are none yet."""
    if event.new == BookingState.CANCELLED and paid_for(event.booking_id) > 0:
        raise SettlementRequired


@on(BookingMoved)
def refuse_unpaid_token(event: BookingMoved) -> None:
    """R5.4: a hold becomes a booking when the receipts reach the token."""
    if event.new != BookingState.TOKEN_PAID:
        return
    token = Booking.objects.values_list("token_amount", flat=True).get(pk=event.booking_id)
    if paid_for(event.booking_id) < (token or 0):
        raise TokenNotPaid
