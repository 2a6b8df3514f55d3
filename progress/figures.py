"""How far a project is, for the projects app to show."""

from django.db.models import Avg, DecimalField, OuterRef, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Round

from progress.models import ProjectProgress


def progress() -> Combinable:
    """``Project.progress``: the mean of the visible phases in percent, 2 decimals; 0 without phases."""
    phases = ProjectProgress.objects.filter(project=OuterRef("pk"), customer_visible=True)
    mean = phases.order_by().values("project").annotate(mean=Round(Avg("progress_percentage"), 2))
    return Coalesce(
        Subquery(mean.values("mean")),
        Value(0),
        output_field=DecimalField(max_digits=5, decimal_places=2),
    )
