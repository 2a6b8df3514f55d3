"""Routes of the home pages, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from realestate.reports.views import BuilderHomeView, CustomerHomeView

urlpatterns: list[URLPattern | URLResolver] = [
    path("builder/dashboard", BuilderHomeView.as_view()),
    path("customer/dashboard", CustomerHomeView.as_view()),
]
