"""How lists of phases and updates can be narrowed."""

import django_filters

from progress.models import (
    Certificate,
    CompletionDate,
    ConstructionUpdate,
    Milestone,
    ProjectProgress,
)
from progress.querysets import UpdateQuerySet
from progress.rules import CERTIFICATE_KIND, MILESTONE_STATE, PHASE_STATUS, PRIORITY, UPDATE_TYPE
from realestate.core.api.filters import HouseFilterSet, WordFilter


class PhaseFilter(HouseFilterSet):
    """Phases by state and tower."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")
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

    tag = django_filters.CharFilter(method="only_tagged", help_text="With this tag.")
    from_date = django_filters.DateFilter(field_name="created_at", lookup_expr="date__gte")
    to_date = django_filters.DateFilter(field_name="created_at", lookup_expr="date__lte")

    class Meta:
        model = ConstructionUpdate
        fields: tuple[str, ...] = ()

    def only_tagged(self, rows: UpdateQuerySet, _name: str, value: str) -> UpdateQuerySet:
        """With a tag, as it was written."""
        return rows.filter(tags__contains=[value])


class MilestoneFilter(HouseFilterSet):
    """Milestones of a tower, or in a state."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")
    state = WordFilter(MILESTONE_STATE)

    class Meta:
        model = Milestone
        fields: list[str] = []


class CompletionFilter(HouseFilterSet):
    """Promised completion of a tower."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")

    class Meta:
        model = CompletionDate
        fields: list[str] = []


class CertificateFilter(HouseFilterSet):
    """Certificates of a tower, or of a kind."""

    tower_id = django_filters.NumberFilter(field_name="tower_id")
    kind = WordFilter(CERTIFICATE_KIND)

    class Meta:
        model = Certificate
        fields: list[str] = []
