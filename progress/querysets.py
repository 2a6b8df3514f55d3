"""Who may read phases and construction updates (contract 0.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from projects.models import Project
from projects.querysets import PartQuerySet, editable, public, role, visible
from realestate.core import clock
from realestate.core.enums import Role

if TYPE_CHECKING:
    from progress.models import (  # noqa: F401  # generic parameters
        Certificate,
        CompletionDate,
        ConstructionUpdate,
        Milestone,
        ProjectProgress,
    )


class PhaseQuerySet(PartQuerySet["ProjectProgress"]):
    """Phases of projects."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """Visible phases of visible projects; the owner and staff see hidden ones too."""
        shown = visible(user, "project__") & Q(customer_visible=True)
        return self.filter(shown | editable(user, "project__"))


class UpdateQuerySet(PartQuerySet["ConstructionUpdate"]):
    """Construction updates."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The owner and staff: all; customers with a live claim in the project: published; everybody: public ones."""
        shown = public("project__") & Q(is_public=True, published_at__isnull=False)
        if role(user) == Role.CUSTOMER:
            booked = Project.objects.with_live_party(user.pk, clock.now())
            shown |= Q(project__in=booked.values("pk"), published_at__isnull=False)
        return self.filter(shown | editable(user, "project__"))


class MilestoneQuerySet(PartQuerySet["Milestone"]):
    """Milestones: as public as their project, overrides and photos included (R7.2)."""

    def of_tower(self, project_id: int, tower_id: int | None) -> Self:
        """The milestones that hold for a unit: its tower's, in order; the project's for a unit without a tower."""
        return self.filter(project=project_id, tower=tower_id).order_by("sequence", "pk")


class CertificateQuerySet(PartQuerySet["Certificate"]):
    """Certificates: as public as their project."""

    def holding(self, *, kind: str, project_id: int, tower_id: int | None) -> Self:
        """Certificates of a kind that hold for a tower: its own, or the whole project's."""
        return self.filter(
            Q(tower=tower_id) | Q(tower=None), project=project_id, kind=kind
        ).order_by("issued_on", "pk")


class CompletionDateQuerySet(PartQuerySet["CompletionDate"]):
    """Promised completion dates: as public as their project."""

    def of(self, project_id: int, tower_id: int | None) -> Self:
        """The dates of a project or tower, the latest first."""
        return self.filter(project=project_id, tower=tower_id).order_by("-number", "-pk")
