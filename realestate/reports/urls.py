"""Routes of the home pages and reports, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from realestate.reports.dashboard.views import urlpatterns as dashboard
from realestate.reports.receivables.views import CollectionsView
from realestate.reports.views import BuilderHomeView, CustomerHomeView

urlpatterns: list[URLPattern | URLResolver] = [
    path("builder/dashboard", BuilderHomeView.as_view()),
    path("customer/dashboard", CustomerHomeView.as_view()),
    path("reports/collections", CollectionsView.as_view()),
    *dashboard,
]
