"""What bookings, holds and change requests look like on the wire (contract 7.3 to 7.5, 7.9)."""

from bookings.serializers.builder import BuilderBookingPageRead, BuilderBookingRead, StatsRead
from bookings.serializers.reads import (
    AgreementRead,
    BookingPageRead,
    BookingRead,
    ChangeQuoteRead,
    ChangeRequestRead,
    HoldRead,
)
from bookings.serializers.writes import (
    ApproveWrite,
    BookingPatch,
    BookingWrite,
    ChangePatch,
    ChangeWrite,
    DeclineWrite,
    ExtendWrite,
    HoldWrite,
    QuoteWrite,
    ReasonWrite,
    StatusWrite,
)

__all__ = [
    "AgreementRead",
    "ApproveWrite",
    "BookingPageRead",
    "BookingPatch",
    "BookingRead",
    "BookingWrite",
    "BuilderBookingPageRead",
    "BuilderBookingRead",
    "ChangePatch",
    "ChangeQuoteRead",
    "ChangeRequestRead",
    "ChangeWrite",
    "DeclineWrite",
    "ExtendWrite",
    "HoldRead",
    "HoldWrite",
    "QuoteWrite",
    "ReasonWrite",
    "StatsRead",
    "StatusWrite",
]
