"""Routes of the documents centre, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from realestate.binder.views import PapersView

urlpatterns: list[URLPattern | URLResolver] = [
    path("bookings/<int:pk>/documents", PapersView.as_view()),
]
