"""Every write of bookings: holds, bookings and their states, agreements, change requests."""

from bookings.services.agreements import generate_agreement
from bookings.services.booking import (
    LoanOutOfRange,
    PriceChanged,
    TokenOutOfRange,
    book_unit,
    cancel_booking,
    expire_booking,
    move_booking,
    pay_token,
    set_status,
)
from bookings.services.changes import (
    QuoteExpired,
    QuoteIsFixed,
    QuoteSuperseded,
    answer_change,
    approve_quote,
    decline_quote,
    lapse_change,
    quote_change,
    request_change,
    withdraw_change,
)
from bookings.services.edits import RatingTooEarly, update_booking
from bookings.services.holds import (
    HoldCooldown,
    HoldHasBooking,
    HoldHasEnded,
    HoldLimit,
    extend_hold,
    hold_unit,
    release_hold,
)
from bookings.services.lapses import record_lapses
from bookings.services.retaking import retake_claim
from bookings.services.standing import lock_booking, refuse_dead, state_at

__all__ = [
    "HoldCooldown",
    "HoldHasBooking",
    "HoldHasEnded",
    "HoldLimit",
    "LoanOutOfRange",
    "PriceChanged",
    "QuoteExpired",
    "QuoteIsFixed",
    "QuoteSuperseded",
    "RatingTooEarly",
    "TokenOutOfRange",
    "answer_change",
    "approve_quote",
    "book_unit",
    "cancel_booking",
    "decline_quote",
    "expire_booking",
    "extend_hold",
    "generate_agreement",
    "hold_unit",
    "lapse_change",
    "lock_booking",
    "move_booking",
    "pay_token",
    "quote_change",
    "record_lapses",
    "refuse_dead",
    "release_hold",
    "request_change",
    "retake_claim",
    "set_status",
    "state_at",
    "update_booking",
    "withdraw_change",
]
