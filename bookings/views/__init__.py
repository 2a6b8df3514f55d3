"""The edges of bookings: quotes, bookings, applicants, agreements, units/{id}/hold, holds, change-requests."""

from bookings.views.agreements import AgreementDownload, AgreementView, AgreementViewSet
from bookings.views.applicants import ApplicantViewSet
from bookings.views.bookings import BookingViewSet, BuilderBookingViewSet, CustomerBookingViewSet
from bookings.views.changes import ChangeQuoteViewSet, ChangeRequestViewSet, CutoffViewSet
from bookings.views.holds import HoldViewSet
from bookings.views.promises import PromisedDateViewSet
from bookings.views.quote_pdf import QuotePdfView
from bookings.views.quotes import QuoteViewSet

__all__ = [
    "AgreementDownload",
    "AgreementView",
    "AgreementViewSet",
    "ApplicantViewSet",
    "BookingViewSet",
    "BuilderBookingViewSet",
    "ChangeQuoteViewSet",
    "ChangeRequestViewSet",
    "CustomerBookingViewSet",
    "CutoffViewSet",
    "HoldViewSet",
    "PromisedDateViewSet",
    "QuotePdfView",
    "QuoteViewSet",
]
