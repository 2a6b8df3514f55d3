"""Routes of the scheduling app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from scheduling.views import (
    AppointmentCalendarView,
    AppointmentHistoryViewSet,
    AppointmentViewSet,
    CalendarFeedView,
    FeedView,
    FreeSlotsView,
    HolidayViewSet,
    HostViewSet,
    ProjectHostsView,
    WorkingHoursViewSet,
)

view = AppointmentViewSet.as_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("appointments", view({"get": "list", "post": "create"})),
    path("appointments/<int:pk>", view({"get": "retrieve", "delete": "destroy"})),
    path("appointments/<int:pk>/status", view({"patch": "set_status"})),
    path("appointments/<int:pk>/reschedule", view({"patch": "reschedule"})),
    path("appointments/<int:pk>/calendar", AppointmentCalendarView.as_view()),
    path("appointments/<int:pk>/history", AppointmentHistoryViewSet.as_view({"get": "list"})),
    path("calendar-feed", CalendarFeedView.as_view()),
    path("calendar/<str:token>.ics", FeedView.as_view()),
    path(
        "projects/<int:project_id>/working-hours",
        WorkingHoursViewSet.as_view({"get": "list", "post": "replace"}),
    ),
    path(
        "projects/<int:project_id>/holidays",
        HolidayViewSet.as_view({"get": "list", "post": "replace"}),
    ),
    path("hosts", HostViewSet.as_view({"get": "list", "post": "create"})),
    path("hosts/<int:pk>", HostViewSet.as_view({"patch": "partial_update"})),
    path("projects/<int:project_id>/hosts", ProjectHostsView.as_view()),
    path("projects/<int:project_id>/slots", FreeSlotsView.as_view()),
    path("appointments/customer/<int:customer_id>", view({"get": "of_customer"})),
    path("appointments/project/<int:project_id>", view({"get": "of_project"})),
]
