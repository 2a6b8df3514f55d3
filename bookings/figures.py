"""Numbers about bookings that projects and builders show; lent in ``apps`` (section 3 of the architecture)."""

from django.db.models import Avg, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from bookings.models import Booking
from realestate.core import clock


def live_bookings() -> Combinable:
    """``Project.bookings``: how many bookings are open or firm; a lapsed hold counts for nothing (R4.4)."""
    rows = Booking.objects.standing_at(clock.now())
    return Coalesce(_per("project", rows, Count("pk")), Value(0), output_field=IntegerField())


def rating() -> Combinable:
    """``Builder.rating``: the mean of the stars that customers gave, 1 to 5; null when there are none."""
    return _per("project__builder", Booking.objects.filter(rating__isnull=False), Avg("rating"))


def _per(path: str, rows: QuerySet[Booking], figure: Avg | Count) -> Subquery:
    mine = rows.filter(Q(**{path: OuterRef("pk")})).order_by().values(path)
    return Subquery(mine.annotate(figure=figure).values("figure"))
