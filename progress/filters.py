"""How lists of phases and updates can be narrowed."""

import django_filters

from progress.models import Certificate, ConstructionUpdate, Milestone, ProjectProgress
from progress.rules import CERTIFICATE_KIND, MILESTONE_STATE, PHASE_STATUS, PRIORITY, UPDATE_TYPE
from realestate.core.api.filters import HouseFilterSet, WordFilter


class PhaseFilter(HouseFilterSet):
    """Phases by state."""

    status = WordFilter(PHASE_STATUS)

    class Meta:
        model = ProjectProgress
        fields: tuple[str, ...] = ()


class UpdateFilter(HouseFilterSet):
    """Updates by kind, urgency and publication."""

    update_type = WordFilter(UPDATE_TYPE)
    priority = WordFilter(PRIORITY)
    is_published = django_filters.BooleanFilter(
        field_name="published_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = ConstructionUpdate
        fields: tuple[str, ...] = ()


class MilestoneFilter(HouseFilterSet):
    """Milestones of a tower, or in a state."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")
    state = WordFilter(MILESTONE_STATE)

    class Meta:
        model = Milestone
        fields: list[str] = []


class CertificateFilter(HouseFilterSet):
    """Certificates of a tower, or of a kind."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")
    kind = WordFilter(CERTIFICATE_KIND)

    class Meta:
        model = Certificate
        fields: list[str] = []
