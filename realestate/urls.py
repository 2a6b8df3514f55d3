"""What is mounted where. Every path is slash-less (contract T2)."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from realestate import health
from realestate.binder.pages import DocumentsPage
from realestate.core.api import errors
from realestate.core.api.routing import by_first_word
from realestate.metrics.page import metrics
from realestate.pages import RedocPage, SwaggerPage

HOUSE = (
    "realestate.core",
    "realestate.reports",
    "realestate.binder",
    "accounts",
    "projects",
    "progress",
    "bookings",
    "payments",
    "scheduling",
    "messaging",
    "notifications",
)

schema = SpectacularAPIView.as_view(authentication_classes=(), permission_classes=())
documents = admin.site.admin_view(DocumentsPage.as_view())

urlpatterns = [
    path("", health.root),
    path("health", health.live),
    path("health/ready", health.ready),
    path("metrics", metrics),
    path("admin/bookings/booking/<int:pk>/documents/", documents, name="booking_documents"),
    path("admin/", admin.site.urls),
    path("api/schema", schema, name="schema"),
    path("api/docs", SwaggerPage.as_view(url_name="schema"), name="docs"),
    path("api/redoc", RedocPage.as_view(url_name="schema"), name="redoc"),
    path("api/", include(by_first_word(f"{room}.urls" for room in HOUSE))),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
