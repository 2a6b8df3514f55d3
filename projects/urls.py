"""Routes of the projects app, below ``/api/``, without trailing slashes."""

from typing import Any

from django.urls import path

from projects.views import (
    CostSheetView,
    Model3DVersionViewSet,
    Model3DViewSet,
    PriceListViewSet,
    ProjectViewSet,
    TaxRateViewSet,
    TowerViewSet,
    UnitViewSet,
)

ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("projects", ProjectViewSet.as_view({"get": "list", "post": "create"})),
    path("projects/<int:pk>", ProjectViewSet.as_view({**ROW, "delete": "destroy"})),
    path("projects/<int:pk>/availability", ProjectViewSet.as_view({"get": "availability"})),
    path("projects/<int:project_id>/units", UnitViewSet.as_view({"get": "of_project"})),
    path(
        "projects/<int:project_id>/towers", TowerViewSet.as_view({"get": "list", "post": "create"})
    ),
    path("projects/<int:project_id>/models", Model3DViewSet.as_view({"get": "of_project"})),
    path("units", UnitViewSet.as_view({"get": "list", "post": "create"})),
    path("units/bulk", UnitViewSet.as_view({"post": "generate"})),
    path("units/<int:pk>", UnitViewSet.as_view(ROW)),
    path("units/<int:pk>/cost-sheet", CostSheetView.as_view()),
    path("price-lists", PriceListViewSet.as_view({"get": "list", "post": "create"})),
    path("price-lists/<int:pk>", PriceListViewSet.as_view(ROW)),
    path("tax-rates", TaxRateViewSet.as_view({"get": "list", "post": "create"})),
    path("models", Model3DViewSet.as_view({"post": "create"})),
    path("models/<int:model_id>/versions", Model3DVersionViewSet.as_view({"get": "of_model"})),
    path("models/<int:pk>", Model3DViewSet.as_view({**ROW, "delete": "destroy"})),
]
