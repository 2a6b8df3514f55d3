"""How far a project is and when a unit's tower was completed, for the projects app to show."""

from django.db.models import Avg, DateField, DecimalField, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round

from progress.enums import CertificateKind
from progress.models import Certificate, ProjectProgress


def progress() -> Combinable:
    """``Project.progress``: the mean of the visible phases in percent, 2 decimals; 0 without phases."""
    phases = ProjectProgress.objects.filter(project=OuterRef("pk"), customer_visible=True)
    mean = phases.order_by().values("project").annotate(mean=Round(Avg("progress_percentage"), 2))
    return Coalesce(
        Subquery(mean.values("mean")),
        Value(0),
        output_field=DecimalField(max_digits=5, decimal_places=2),
    )


def completed_on() -> Combinable:
    """``Unit.completed_on``: the day of the first completion certificate of the unit's tower or project; else null."""
    rows = Certificate.objects.filter(
        Q(tower=OuterRef("tower")) | Q(tower=None),
        project=OuterRef("project"),
        kind=CertificateKind.COMPLETION,
    )
    first = rows.order_by("issued_on", "pk").values("issued_on")[:1]
    return Subquery(first, output_field=DateField())
