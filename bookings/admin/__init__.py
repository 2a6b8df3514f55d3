"""Back-office pages of the bookings app."""

from bookings.admin.deals import (
    BookingAdmin,
    ChangeCutoffAdmin,
    ChangeQuoteAdmin,
    ChangeRequestAdmin,
)
from bookings.admin.papers import AgreementAdmin, ApplicantAdmin, QuoteAdmin, SignatureAdmin

__all__ = [
    "AgreementAdmin",
    "ApplicantAdmin",
    "BookingAdmin",
    "ChangeCutoffAdmin",
    "ChangeQuoteAdmin",
    "ChangeRequestAdmin",
    "QuoteAdmin",
    "SignatureAdmin",
]
