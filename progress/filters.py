"""How lists of phases and updates can be narrowed."""

import django_filters

from progress.models import ConstructionUpdate, ProjectProgress
from progress.rules import PHASE_STATUS, PRIORITY, UPDATE_TYPE
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
