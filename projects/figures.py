"""Numbers about stock: counted from units and live claims whenever they are shown, never stored (D6)."""

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from projects.models import Project, Unit
from projects.querysets import public
from realestate.core import clock


def total_units() -> Combinable:
    """``Project.total_units``: how many units there are; the planned number while there are none."""
    return Coalesce(
        _count("project", Unit.objects.all()), "planned_units", output_field=IntegerField()
    )


def available_units() -> Combinable:
    """``Project.available_units``: released, unblocked and without a live claim at this instant (R4.1)."""
    return Coalesce(
        _count("project", Unit.objects.free(clock.now())),
        Value(0),
        output_field=IntegerField(),
    )


def total_projects() -> Combinable:
    """``Builder.total_projects``: how many of a builder's projects are public."""
    return Coalesce(
        _count("builder", Project.objects.filter(public())), Value(0), output_field=IntegerField()
    )


def _count(path: str, rows: QuerySet[Project] | QuerySet[Unit]) -> Subquery:
    mine = rows.filter(Q(**{path: OuterRef("pk")})).order_by().values(path)
    return Subquery(mine.annotate(figure=Count("pk")).values("figure"))
