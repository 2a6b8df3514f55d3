"""Routes of the bookings app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from bookings.views import (
    AgreementDownload,
    AgreementView,
    AgreementViewSet,
    ApplicantViewSet,
    BookingViewSet,
    BuilderBookingViewSet,
    ChangeQuoteViewSet,
    ChangeRequestViewSet,
    CustomerBookingViewSet,
    CutoffViewSet,
    HoldViewSet,
    PromisedDateViewSet,
    QuotePdfView,
    QuoteViewSet,
)

bookings = BookingViewSet.as_view({"get": "list", "post": "create"})
booking = BookingViewSet.as_view({"get": "retrieve", "patch": "partial_update"})
builder_table = BuilderBookingViewSet.as_view({"get": "list"})
applicants = ApplicantViewSet.as_view({"get": "list", "post": "replace"})
quotes = QuoteViewSet.as_view({"get": "list", "post": "create"})
hold = HoldViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
changes = ChangeRequestViewSet.as_view({"get": "list", "post": "create"})
change = ChangeRequestViewSet.as_view({"get": "retrieve", "patch": "partial_update"})

urlpatterns: list[URLPattern | URLResolver] = [
    path("bookings", bookings),
    path("bookings/<int:pk>", booking),
    path("projects/<int:project_id>/inquiries", BookingViewSet.as_view({"post": "inquire"})),
    path("bookings/builder", builder_table),
    path("builder/bookings", builder_table),
    path("bookings/customer/<int:customer_id>", CustomerBookingViewSet.as_view({"get": "list"})),
    path("bookings/<int:pk>/status", BookingViewSet.as_view({"patch": "set_status"})),
    path("bookings/<int:pk>/cancel", BookingViewSet.as_view({"post": "cancel"})),
    path("bookings/<int:pk>/generate-agreement", AgreementView.as_view()),
    path("bookings/<int:pk>/download-agreement", AgreementDownload.as_view()),
    path("bookings/<int:pk>/applicants", applicants),
    path("bookings/<int:pk>/agreements", AgreementViewSet.as_view({"get": "list"})),
    path(
        "bookings/<int:pk>/promised-dates",
        PromisedDateViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path("promised-dates/<int:pk>/accept", PromisedDateViewSet.as_view({"post": "accept"})),
    path("promised-dates/<int:pk>/decline", PromisedDateViewSet.as_view({"post": "decline"})),
    path("applicants/<int:pk>/kyc/submit", ApplicantViewSet.as_view({"post": "kyc_submit"})),
    path("applicants/<int:pk>/kyc/verify", ApplicantViewSet.as_view({"post": "kyc_verify"})),
    path("applicants/<int:pk>/kyc/reject", ApplicantViewSet.as_view({"post": "kyc_reject"})),
    path("agreements/<int:pk>/signatures", AgreementViewSet.as_view({"post": "sign"})),
    path("quotes", quotes),
    path("quotes/<int:pk>", QuoteViewSet.as_view({"get": "retrieve"})),
    path("quotes/<int:pk>/approve", QuoteViewSet.as_view({"post": "approve"})),
    path("quotes/<int:pk>/refuse", QuoteViewSet.as_view({"post": "refuse"})),
    path("units/<int:unit_id>/hold", HoldViewSet.as_view({"post": "create"})),
    path("holds/<int:pk>", hold),
    path("quotes/<int:pk>/pdf", QuotePdfView.as_view()),
    path("change-requests", changes),
    path("change-quotes/<int:pk>/approve", ChangeQuoteViewSet.as_view({"post": "approve"})),
    path("change-quotes/<int:pk>/refuse", ChangeQuoteViewSet.as_view({"post": "refuse"})),
    path(
        "projects/<int:project_id>/change-cutoffs",
        CutoffViewSet.as_view({"get": "list", "post": "replace"}),
    ),
    path("change-requests/<int:pk>", change),
    path("change-requests/<int:pk>/quotes", ChangeRequestViewSet.as_view({"post": "quote"})),
    path("change-requests/<int:pk>/approve", ChangeRequestViewSet.as_view({"post": "approve"})),
    path("change-requests/<int:pk>/decline", ChangeRequestViewSet.as_view({"post": "decline"})),
    path("change-requests/<int:pk>/withdraw", ChangeRequestViewSet.as_view({"post": "withdraw"})),
]
