"""The edges of bookings: bookings/*, units/{id}/hold, holds/*, change-requests/*."""

from bookings.views.agreements import AgreementDownload, AgreementView
from bookings.views.bookings import BookingViewSet, BuilderBookingViewSet, CustomerBookingViewSet
from bookings.views.changes import ChangeRequestViewSet
from bookings.views.holds import HoldViewSet
from bookings.views.quote_pdf import QuotePdfView

__all__ = [
    "AgreementDownload",
    "AgreementView",
    "BookingViewSet",
    "BuilderBookingViewSet",
    "ChangeRequestViewSet",
    "CustomerBookingViewSet",
    "HoldViewSet",
    "QuotePdfView",
]
