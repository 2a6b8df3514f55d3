"""The platform's addresses, and below ``/api/limit/`` the same reads by hand, behind the same middlewares."""

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
    path("api/limit/projects", passing(PROJECTS, limit=20)),
    path("api/limit/projects/<int:pk>", passing(PROJECT)),
    path("api/limit/projects/<int:pk>/units", passing(UNITS, limit=100)),
    path("api/limit/projects/<int:pk>/progress", passing(PHASES, limit=100)),
    path("api/limit/bookings", passing(BOOKINGS, limit=20)),
    path("api/limit/notifications", passing(NOTIFICATIONS, limit=20)),
    path("api/limit/appointments", passing(APPOINTMENTS, limit=100)),
    *urls.urlpatterns,
]
