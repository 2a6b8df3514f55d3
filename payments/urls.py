"""Routes of the payments app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from payments.views import BookingPaymentsView, PaymentViewSet, ReceiptView
from payments.views.settlements import NoticesView, RefundViewSet, SettlementViewSet

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments", PaymentViewSet.as_view({"get": "list", "post": "create"})),
    path("payments/<int:pk>", PaymentViewSet.as_view({"get": "retrieve"})),
    path("payments/<int:pk>/receipt", ReceiptView.as_view()),
    path("bookings/<int:pk>/payments", BookingPaymentsView.as_view()),
    path("settlements", SettlementViewSet.as_view({"get": "list", "post": "create"})),
    path("settlements/<int:pk>", SettlementViewSet.as_view({"get": "retrieve"})),
    path("settlements/<int:pk>/approve", SettlementViewSet.as_view({"post": "approve"})),
    path("settlements/<int:pk>/refuse", SettlementViewSet.as_view({"post": "refuse"})),
    path("refunds", RefundViewSet.as_view({"get": "list"})),
    path("refunds/<int:pk>", RefundViewSet.as_view({"get": "retrieve"})),
    path("refunds/<int:pk>/pay", RefundViewSet.as_view({"post": "pay"})),
    path("bookings/<int:pk>/notices", NoticesView.as_view()),
]
