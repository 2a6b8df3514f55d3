"""What a booking shows of its unit: project and builder too, in a fixed number of queries."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import Builder
from accounts.serializers import BuilderPublic
from projects.models import Project, Unit
from projects.serializers import ProjectRead
from realestate.core import clock


def shown_units() -> QuerySet[Any]:
    """Units with their status now, their project with its figures, and its builder with its own."""
    builders: Any = Builder.objects.all()
    projects: Any = Project.objects.all()
    units: Any = Unit.objects.all()
    builders = builders.with_figures(*BuilderPublic.figures)
    projects = projects.with_figures(*ProjectRead.figures)
    projects = projects.prefetch_related(Prefetch("builder", builders))
    return units.with_status(clock.now()).prefetch_related(Prefetch("project", projects))  # type: ignore[no-any-return]  # see above
