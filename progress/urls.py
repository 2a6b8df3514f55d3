"""Routes of the progress app, below ``/api/``, without trailing slashes."""

from typing import Any

from django.urls import path

from progress.views import (
    CertificateViewSet,
    CompletionViewSet,
    MilestoneViewSet,
    OverviewView,
    PhaseViewSet,
    ReportView,
    UpdateViewSet,
)

ROW: dict[str, Any] = {"get": "retrieve", "patch": "partial_update"}

urlpatterns = [
    path("projects/<int:project_id>/progress", PhaseViewSet.as_view({"get": "list"})),
    path("projects/<int:project_id>/progress/overview", OverviewView.as_view()),
    path("projects/<int:project_id>/progress/report", ReportView.as_view()),
    path(
        "projects/<int:project_id>/completion-dates",
        CompletionViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path("progress", PhaseViewSet.as_view({"post": "create"})),
    path("progress/<int:pk>", PhaseViewSet.as_view(ROW)),
    path("projects/<int:project_id>/updates", UpdateViewSet.as_view({"get": "list"})),
    path("updates", UpdateViewSet.as_view({"post": "create"})),
    path("updates/<int:pk>", UpdateViewSet.as_view({**ROW, "delete": "destroy"})),
    path(
        "projects/<int:project_id>/milestones",
        MilestoneViewSet.as_view({"get": "list", "post": "replace"}),
    ),
    path("milestones", MilestoneViewSet.as_view({"post": "create"})),
    path("milestones/<int:pk>", MilestoneViewSet.as_view(ROW)),
    path("milestones/<int:pk>/report", MilestoneViewSet.as_view({"post": "report"})),
    path("milestones/<int:pk>/certify", MilestoneViewSet.as_view({"post": "certify"})),
    path("projects/<int:project_id>/certificates", CertificateViewSet.as_view({"get": "list"})),
    path("certificates", CertificateViewSet.as_view({"post": "create"})),
]
