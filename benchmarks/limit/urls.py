"""The platform's addresses, and below ``/limit/`` the same reads by hand."""

from django.urls import path

from benchmarks.limit.queries import (
    APPOINTMENTS,
    BOOKINGS,
    NOTIFICATIONS,
    PHASES,
    PROJECT,
    PROJECTS,
    UNITS,
)
from benchmarks.limit.views import passing
from realestate import urls
from realestate.urls import (  # noqa: F401  # Django reads them here by name: the platform's own pages for errors
    handler400,
    handler403,
    handler404,
    handler500,
)

urlpatterns = [
    path("limit/projects", passing(PROJECTS, limit=20)),
    path("limit/projects/<int:pk>", passing(PROJECT)),
    path("limit/projects/<int:pk>/units", passing(UNITS, limit=100)),
    path("limit/projects/<int:pk>/progress", passing(PHASES, limit=100)),
    path("limit/bookings", passing(BOOKINGS, limit=20)),
    path("limit/notifications", passing(NOTIFICATIONS, limit=20)),
    path("limit/appointments", passing(APPOINTMENTS, limit=100)),
    *urls.urlpatterns,
]
