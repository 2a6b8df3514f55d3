"""Routes of the payments app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from payments.views import (
    BookingPaymentsView,
    CreditNoteView,
    DemandLetterView,
    LetterBatchViewSet,
    PaymentViewSet,
    ReceiptView,
    SettlementView,
    StatementPdfView,
    StatementSheetView,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments", PaymentViewSet.as_view({"get": "list", "post": "create"})),
    path("payments/<int:pk>", PaymentViewSet.as_view({"get": "retrieve"})),
    path("payments/<int:pk>/receipt", ReceiptView.as_view()),
    path("bookings/<int:pk>/payments", BookingPaymentsView.as_view()),
    path("bookings/<int:pk>/statement.pdf", StatementPdfView.as_view()),
    path("bookings/<int:pk>/statement.xlsx", StatementSheetView.as_view()),
    path("demands/<int:pk>/letter", DemandLetterView.as_view()),
    path("demand-letters", LetterBatchViewSet.as_view({"get": "list", "post": "create"})),
    path("demand-letters/<int:pk>", LetterBatchViewSet.as_view({"get": "retrieve"})),
    path("credit-notes/<int:pk>/pdf", CreditNoteView.as_view()),
    path("settlements/<int:pk>/pdf", SettlementView.as_view()),
]
