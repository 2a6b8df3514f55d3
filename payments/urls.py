"""Routes of the payments app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from payments.views import (
    AdjustmentViewSet,
    BookingPaymentsView,
    CreditNoteViewSet,
    DecisionViewSet,
    DemandViewSet,
    InterestView,
    MilestoneDemandsView,
    PaymentViewSet,
    RateViewSet,
    ReceiptView,
    StatementView,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments", PaymentViewSet.as_view({"get": "list", "post": "create"})),
    path("payments/<int:pk>", PaymentViewSet.as_view({"get": "retrieve"})),
    path("payments/<int:pk>/receipt", ReceiptView.as_view()),
    path("payments/<int:pk>/clear", DecisionViewSet.as_view({"post": "clear"})),
    path("payments/<int:pk>/reject", DecisionViewSet.as_view({"post": "reject"})),
    path("payments/<int:pk>/reverse", DecisionViewSet.as_view({"post": "reverse"})),
    path("bookings/<int:pk>/payments", BookingPaymentsView.as_view()),
    path("bookings/<int:pk>/payment-proofs", DecisionViewSet.as_view({"post": "submit"})),
    path("bookings/<int:pk>/statement", StatementView.as_view()),
    path("bookings/<int:pk>/interest", InterestView.as_view()),
    path("bookings/<int:pk>/waivers", AdjustmentViewSet.as_view({"post": "waive"})),
    path("bookings/<int:pk>/allocations", AdjustmentViewSet.as_view({"post": "allocate"})),
    path("demands", DemandViewSet.as_view({"get": "list"})),
    path("demands/<int:pk>", DemandViewSet.as_view({"get": "retrieve"})),
    path("demands/<int:pk>/correct", DemandViewSet.as_view({"post": "correct"})),
    path("credit-notes", CreditNoteViewSet.as_view({"get": "list"})),
    path("credit-notes/<int:pk>", CreditNoteViewSet.as_view({"get": "retrieve"})),
    path("milestones/<int:pk>/demands", MilestoneDemandsView.as_view()),
    path("adjustments", AdjustmentViewSet.as_view({"get": "list"})),
    path("adjustments/<int:pk>", AdjustmentViewSet.as_view({"get": "retrieve"})),
    path("adjustments/<int:pk>/approve", AdjustmentViewSet.as_view({"post": "approve"})),
    path("adjustments/<int:pk>/refuse", AdjustmentViewSet.as_view({"post": "refuse"})),
    path("interest-rates", RateViewSet.as_view({"get": "list", "post": "create"})),
]
