"""Back-office pages of the bookings app."""

from bookings.admin.deals import BookingAdmin, ChangeQuoteAdmin, ChangeRequestAdmin
from bookings.admin.papers import AgreementAdmin, ApplicantAdmin, QuoteAdmin, SignatureAdmin

__all__ = [
    "AgreementAdmin",
    "ApplicantAdmin",
    "BookingAdmin",
    "ChangeQuoteAdmin",
    "ChangeRequestAdmin",
    "QuoteAdmin",
    "SignatureAdmin",
]
