"""Who may read phases and construction updates (contract 0.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet

from projects.models import Project
from projects.querysets import editable, public, role, visible
from realestate.core import clock
from realestate.core.enums import Role

if TYPE_CHECKING:
    from progress.models import ConstructionUpdate, ProjectProgress  # noqa: F401  # generic parameters


class PhaseQuerySet(QuerySet["ProjectProgress"]):
    """Phases of projects."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """Visible phases of visible projects; the owner and staff see hidden ones too."""
        shown = visible(user, "project__") & Q(customer_visible=True)
        return self.filter(shown | editable(user, "project__"))

    def editable_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Phases of one's own projects."""
        return self.filter(editable(user, "project__"))


class UpdateQuerySet(QuerySet["ConstructionUpdate"]):
    """Construction updates."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The owner and staff: all; customers with a live claim in the project: published; everybody: public ones."""
        shown = public("project__") & Q(is_public=True, published_at__isnull=False)
        if role(user) == Role.CUSTOMER:
            booked = Project.objects.with_live_party(user.pk, clock.now())
            shown |= Q(project__in=booked.values("pk"), published_at__isnull=False)
        return self.filter(shown | editable(user, "project__"))

    def editable_by(self, user: Any) -> Self:  # User or AnonymousUser
        """Updates of one's own projects."""
        return self.filter(editable(user, "project__"))
