"""What a booking shows of its unit: project and builder too, in a fixed number of queries."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import Builder
from accounts.serializers import BuilderPublic
from bookings.serializers import BookingRead
from projects.models import Project, Unit
from projects.serializers import ProjectRead
from realestate.core import clock


def shown_bookings(rows: Any) -> QuerySet[Any]:  # a BookingQuerySet
    """Bookings with their status, figures, and the unit three deep, newest first."""
    rows = BookingRead.shape(rows.with_lifecycle(clock.now()).with_agreement())
    rows = rows.prefetch_related(Prefetch("unit", shown_units()))
    return rows.order_by(*BookingRead.order)  # type: ignore[no-any-return]  # see above


def shown_units() -> QuerySet[Any]:
    """Units with their status now, their project with its figures, and its builder with its own."""
    builders = BuilderPublic.shape(Builder.objects.all())
    projects = ProjectRead.shape(Project.objects.all()).select_related(None)
    projects = projects.prefetch_related(Prefetch("builder", builders))
    units: Any = Unit.objects.all()
    return units.with_status(clock.now()).prefetch_related(Prefetch("project", projects))  # type: ignore[no-any-return]  # managers do not carry their queryset's type
