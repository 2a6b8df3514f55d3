"""Filters of bookings, quotes and change requests; unknown words match nothing (contract T12)."""

from typing import Any

import django_filters

from bookings.models import Booking, ChangeRequest, Quote
from bookings.rules import (
    CHANGE_WORDS,
    LIFECYCLE_WORDS,
    PAID_WORDS,
    QUOTE_WORDS,
    STATE_WORDS,
    TYPE_WORDS,
)
from realestate.core.api.filters import HouseFilterSet, WordFilter

Rows = Any  # bookings with status and figures; django-stubs does not see annotations


class BookingFilter(HouseFilterSet):
    """Bookings by where they stand, how much is paid, and whose they are."""

    status = django_filters.CharFilter(
        method="by_status",
        help_text="pending, active, completed or cancelled; a booking status is understood too.",
    )
    booking_status = WordFilter(STATE_WORDS)
    payment_status = django_filters.CharFilter(
        method="by_paid_share", help_text="How much is paid: pending, partial or completed."
    )
    project_id = django_filters.NumberFilter(field_name="project_id")
    unit_id = django_filters.NumberFilter(field_name="unit_id")
    customer_id = django_filters.NumberFilter(field_name="customer_id")

    class Meta:
        model = Booking
        fields: list[str] = []

    def by_status(self, rows: Rows, _name: str, word: str) -> Rows:
        """The short status first: ``cancelled`` means expired ones too."""
        if (short := LIFECYCLE_WORDS.resolve(word)) is not None:
            return rows.filter(status=short)
        state = STATE_WORDS.resolve(word)
        return rows.none() if state is None else rows.filter(booking_status=state)

    def by_paid_share(self, rows: Rows, _name: str, word: str) -> Rows:
        """Nothing, a part, or all of the total."""
        share = PAID_WORDS.resolve(word)
        return rows.none() if share is None else rows.paid_share(share)


class ChangeFilter(HouseFilterSet):
    """Change requests of a booking, of a kind, in a state."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    request_type = WordFilter(TYPE_WORDS)
    status = WordFilter(CHANGE_WORDS)

    class Meta:
        model = ChangeRequest
        fields: list[str] = []


class QuoteFilter(HouseFilterSet):
    """Quotes of a project, a unit or a customer, in a state."""

    project_id = django_filters.NumberFilter(field_name="project_id")
    unit_id = django_filters.NumberFilter(field_name="unit_id")
    customer_id = django_filters.NumberFilter(field_name="customer_id")
    status = WordFilter(QUOTE_WORDS, field_name="state")

    class Meta:
        model = Quote
        fields: list[str] = []
