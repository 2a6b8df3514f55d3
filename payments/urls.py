"""Routes of the payments app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from payments.views import (
    BookingCheckoutsView,
    BookingPaymentsView,
    CheckoutViewSet,
    FakeGatewayPage,
    PaymentViewSet,
    ReceiptView,
    WebhookView,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments", PaymentViewSet.as_view({"get": "list", "post": "create"})),
    path("payments/<int:pk>", PaymentViewSet.as_view({"get": "retrieve"})),
    path("payments/<int:pk>/receipt", ReceiptView.as_view()),
    path("bookings/<int:pk>/payments", BookingPaymentsView.as_view()),
    path("bookings/<int:pk>/checkouts", BookingCheckoutsView.as_view()),
    path("checkouts/<int:pk>", CheckoutViewSet.as_view({"get": "retrieve"})),
    path("webhooks/<slug:gateway>", WebhookView.as_view()),
    path("fake-gateway/<str:token>", FakeGatewayPage.as_view()),
]
