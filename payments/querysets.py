"""Who may see which payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import QuerySet

from bookings.querysets import scope
from payments.enums import NOT_FOR_THE_PRICE, PaymentStatus

if TYPE_CHECKING:
    from payments.models import Payment  # noqa: F401  # generic parameter


class PaymentQuerySet(QuerySet["Payment"]):
    """Payments."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties of the booking and staff."""
        return scope(self, user, "booking__")

    def counted(self) -> Self:
        """Payments that count as paid: completed, except maintenance and penalty (contract 0.8)."""
        return self.filter(payment_status=PaymentStatus.COMPLETED).exclude(
            payment_type__in=NOT_FOR_THE_PRICE
        )
