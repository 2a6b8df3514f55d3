"""How far a project is and when a unit's tower was completed, for the projects app to show."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import DateField, DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round

from progress.enums import CertificateKind
from progress.models import Certificate, ProjectProgress
from progress.querysets import PhaseQuerySet

if TYPE_CHECKING:
    Share = DecimalField[Decimal, Decimal]

PERCENT: "Share" = DecimalField(max_digits=5, decimal_places=2)


def progress() -> Combinable:
    """``Project.progress``: the mean of the visible phases by their weights, in percent, 2 decimals; 0 without any."""
    mean = _mean(ProjectProgress.objects.filter(project=OuterRef("pk")), "project")
    return Coalesce(mean, Value(0), output_field=PERCENT)


def tower_progress() -> Combinable:
    """The same of a tower's own phases; null without any."""
    return _mean(ProjectProgress.objects.filter(tower=OuterRef("pk")), "tower")


def _mean(phases: PhaseQuerySet, group: str) -> Subquery:
    done = Sum(F("weight") * F("progress_percentage"), output_field=DecimalField())
    shown = phases.filter(customer_visible=True).order_by().values(group)
    mean = shown.annotate(mean=Round(done / Sum("weight"), 2))
    return Subquery(mean.values("mean"), output_field=PERCENT)


def completed_on() -> Combinable:
    """``Unit.completed_on``: the day of the first completion certificate of the unit's tower or project; else null."""
    rows = Certificate.objects.filter(
        Q(tower=OuterRef("tower")) | Q(tower=None),
        project=OuterRef("project"),
        kind=CertificateKind.COMPLETION,
    )
    first = rows.order_by("issued_on", "pk").values("issued_on")[:1]
    return Subquery(first, output_field=DateField())
