"""The edges of progress."""

from progress.views.milestones import CertificateViewSet, MilestoneViewSet
from progress.views.news import PhaseViewSet, UpdateViewSet

__all__ = ["CertificateViewSet", "MilestoneViewSet", "PhaseViewSet", "UpdateViewSet"]
