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
from realestate.core import clock
from realestate.core.api.filters import HouseFilterSet, WordFilter

Rows = Any  # bookings with status and figures; django-stubs does not see annotations


class BookingFilter(HouseFilterSet):
    """Bookings by where they stand, how much is paid, and whose they are."""

    status = django_filters.CharFilter(
        method="by_status",
        help_text="pending, active, completed or cancelled; a booking status is understood too.",
    )
    booking_status = WordFilter(STATE_WORDS, method="by_state")
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
            return rows.of_lifecycle(short, clock.now())
        return self.by_state(rows, _name, word)

    def by_state(self, rows: Rows, _name: str, word: str) -> Rows:
        """Where it stands; a hold that is over is expired, recorded or not (R4.4)."""
        state = STATE_WORDS.resolve(word)
        return rows.none() if state is None else rows.in_state(state, clock.now())

    def by_paid_share(self, rows: Rows, _name: str, word: str) -> Rows:
        """Nothing, a part, or all of the total."""
        share = PAID_WORDS.resolve(word)
        return rows.none() if share is None else rows.filter(paid_share=share)


class ChangeFilter(HouseFilterSet):
    """Change requests of a booking, of a kind, in a state."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    request_type = WordFilter(TYPE_WORDS)
    status = WordFilter(CHANGE_WORDS, method="by_status")

    class Meta:
        model = ChangeRequest
        fields: list[str] = []

    def by_status(self, rows: Rows, _name: str, word: str) -> Rows:
        """Where it stands; a quoted one whose offer is over has lapsed, recorded or not (R13.1)."""
        status = CHANGE_WORDS.resolve(word)
        return rows.none() if status is None else rows.of_status(status, clock.now())


class QuoteFilter(HouseFilterSet):
    """Quotes of a project, a unit or a customer, in a state."""

    project_id = django_filters.NumberFilter(field_name="project_id")
    unit_id = django_filters.NumberFilter(field_name="unit_id")
    customer_id = django_filters.NumberFilter(field_name="customer_id")
    status = WordFilter(QUOTE_WORDS, field_name="state")

    class Meta:
        model = Quote
        fields: list[str] = []
