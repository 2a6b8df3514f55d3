"""Who may see which bookings, and where they stand at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, CharField, F, QuerySet, Value, When

from bookings.enums import BookingState
from realestate.core.enums import Role
from realestate.core.figures import FigureQuerySet

if TYPE_CHECKING:
    from bookings.models import Booking, ChangeQuote, ChangeRequest  # noqa: F401  # generic parameters


def scope(rows: Any, user: Any, prefix: str = "") -> Any:  # any queryset with a path to a booking
    """R21: a customer its own bookings, a builder those of its projects, staff all; over a path."""
    match getattr(user, "user_type", None):
        case Role.STAFF:
            return rows
        case Role.BUILDER:
            return rows.filter(**{f"{prefix}project__builder": user.pk})
        case Role.CUSTOMER:
            return rows.filter(**{f"{prefix}customer": user.pk})
        case _:
            return rows.none()


class BookingQuerySet(FigureQuerySet["Booking"]):
    """Bookings."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21; see ``scope``."""
        return scope(self, user)  # type: ignore[no-any-return]

    def with_status(self, now: datetime) -> Self:
        """Annotate ``booking_status``: a lapsed hold is expired by comparison, not by a job (R4.4)."""
        lapsed = When(
            state=BookingState.ON_HOLD,
            claim__expires_at__lte=now,
            then=Value(BookingState.EXPIRED.value),
        )
        return self.annotate(
            booking_status=Case(lapsed, default=F("state"), output_field=CharField())
        )

    def lapsed(self, now: datetime) -> Self:
        """Bookings whose hold is over but which nobody has recorded as expired yet."""
        return self.filter(state=BookingState.ON_HOLD, claim__expires_at__lte=now)


class ChangeRequestQuerySet(QuerySet["ChangeRequest"]):
    """Change requests."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope(self, user, "booking__")  # type: ignore[no-any-return]


class ChangeQuoteQuerySet(QuerySet["ChangeQuote"]):
    """Quotes for change requests."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope(self, user, "change_request__booking__")  # type: ignore[no-any-return]
