"""The promise between a buyer and a builder: quotes, bookings, applicants, agreements and change requests."""

from bookings.models.agreements import Agreement, Applicant, Signature
from bookings.models.booking import Booking
from bookings.models.changes import ChangeCutoff, ChangeQuote, ChangeRequest
from bookings.models.documents import BookingDocument
from bookings.models.promises import PromisedDate
from bookings.models.quotes import Quote

__all__ = [
    "Agreement",
    "Applicant",
    "Booking",
    "BookingDocument",
    "ChangeCutoff",
    "ChangeQuote",
    "ChangeRequest",
    "PromisedDate",
    "Quote",
    "Signature",
]
