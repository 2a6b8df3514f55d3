"""What is sold and what is left."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from bookings.enums import FIRM, BookingState
from bookings.models import Booking
from projects.enums import UnitStatus, UnitType
from projects.models import Unit
from realestate.core.money import ZERO
from realestate.reports.dashboard.scope import Scope

Row = dict[str, Any]


def sales(scope: Scope) -> list[Row]:
    """By month of the booking: firm ones (token paid or further), their area and value before tax, and cancelled ones.

    Only projects in the currency of the report. Holds that nobody paid for are no sales. One query.
    """
    rows = scope.of(Booking.objects.for_user(scope.user)).filter(
        booking_date__gte=scope.begin, currency=scope.currency, unit__isnull=False
    )
    firm = Q(state__in=FIRM)
    counted = (
        rows.annotate(month=TruncMonth("booking_date", tzinfo=scope.zone))
        .values("month")
        .annotate(
            bookings=Count("pk", filter=firm),
            area_sqft=Sum("unit__area_sqft", filter=firm, default=ZERO),
            value=Sum("agreement_value", filter=firm, default=ZERO),
            cancelled=Count("pk", filter=Q(state=BookingState.CANCELLED)),
        )
    )
    found = {row["month"].date(): row for row in counted}
    empty = {"bookings": 0, "area_sqft": ZERO, "value": ZERO, "cancelled": 0}
    return [
        {**empty, **found.get(month, {}), "month": f"{month:%Y-%m}"} for month in scope.months_back
    ]


def stock(scope: Scope) -> list[Row]:
    """Units by type and by the status of this moment (R4.1), without archived projects. One query."""
    units = scope.of(Unit.objects.editable_by(scope.user)).filter(project__archived_at=None)
    counted = units.with_status(scope.now).values("unit_type", "status")
    types: dict[str, Row] = {}
    for row in counted.annotate(units=Count("pk")):
        found = types.setdefault(row["unit_type"], dict.fromkeys(UnitStatus.values, 0))
        found[row["status"]] = row["units"]
    return [
        {"unit_type": name.label, **types[name], "total": sum(types[name].values())}
        for name in UnitType
        if name in types
    ]
