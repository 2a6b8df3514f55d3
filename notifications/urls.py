"""Routes of the notifications app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from notifications.views import (
    DeviceViewSet,
    NotificationViewSet,
    PreferencesView,
    QuietHoursView,
    TicketView,
)

view = NotificationViewSet.as_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications", view({"get": "list"})),
    path("notifications/read-all", view({"post": "mark_all_read"})),
    path("notifications/preferences", PreferencesView.as_view()),
    path("notifications/quiet-hours", QuietHoursView.as_view()),
    path("notifications/devices", DeviceViewSet.as_view({"get": "list", "post": "create"})),
    path("notifications/devices/<int:pk>", DeviceViewSet.as_view({"delete": "destroy"})),
    path("realtime/ticket", TicketView.as_view()),
    path("notifications/<int:pk>/read", view({"patch": "mark_read"})),
]
