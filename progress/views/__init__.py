"""The edges of progress."""

from progress.views.completion import CompletionViewSet, OverviewView, ReportView
from progress.views.milestones import CertificateViewSet, MilestoneViewSet
from progress.views.news import PhaseViewSet, UpdateViewSet

__all__ = [
    "CertificateViewSet",
    "CompletionViewSet",
    "MilestoneViewSet",
    "OverviewView",
    "PhaseViewSet",
    "ReportView",
    "UpdateViewSet",
]
