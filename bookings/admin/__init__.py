"""Back-office pages of the bookings app."""

from bookings.admin import links
from bookings.admin.deals import (
    BookingAdmin,
    ChangeCutoffAdmin,
    ChangeQuoteAdmin,
    ChangeRequestAdmin,
)
from bookings.admin.papers import (
    AgreementAdmin,
    ApplicantAdmin,
    BookingDocumentAdmin,
    PromisedDateAdmin,
    QuoteAdmin,
    SignatureAdmin,
)

__all__ = [
    "AgreementAdmin",
    "ApplicantAdmin",
    "BookingAdmin",
    "BookingDocumentAdmin",
    "ChangeCutoffAdmin",
    "ChangeQuoteAdmin",
    "ChangeRequestAdmin",
    "PromisedDateAdmin",
    "QuoteAdmin",
    "SignatureAdmin",
    "links",
]
