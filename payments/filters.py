"""Filters of payments; unknown words match nothing (contract T12)."""

from typing import Any

import django_filters

from bookings.rules import PLAN_WORDS
from payments.enums import AdjustmentState, CreditKind, DemandKind
from payments.models import (
    Adjustment,
    CreditNote,
    Demand,
    InterestRate,
    Payment,
    PlanTemplate,
    Refund,
    Settlement,
)
from payments.rules.words import (
    METHOD_WORDS,
    REFUND_WORDS,
    SETTLEMENT_WORDS,
    STATUS_WORDS,
    TYPE_WORDS,
)
from realestate.core import clock
from realestate.core.api.filters import HouseFilterSet, WordFilter
from realestate.core.vocabulary import Vocabulary


class PaymentFilter(HouseFilterSet):
    """Payments by booking, project, kind, method and status."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    project_id = django_filters.NumberFilter(field_name="booking__project_id")
    payment_type = WordFilter(TYPE_WORDS)
    payment_method = WordFilter(METHOD_WORDS)
    payment_status = WordFilter(STATUS_WORDS)
    status = WordFilter(STATUS_WORDS, field_name="payment_status")

    class Meta:
        model = Payment
        fields: list[str] = []


class DemandFilter(HouseFilterSet):
    """Demands by booking, project and kind; ``open`` or ``overdue`` ones only."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    project_id = django_filters.NumberFilter(field_name="project_id")
    kind = WordFilter(Vocabulary(DemandKind))
    open = django_filters.BooleanFilter(method="by_open", help_text="true: something is open.")
    overdue = django_filters.BooleanFilter(
        method="by_overdue", help_text="true: something is open and was due before today."
    )

    class Meta:
        model = Demand
        fields: list[str] = []

    def by_open(self, rows: Any, _name: str, value: bool) -> Any:  # noqa: FBT001  # django-filter's signature
        """Demands of which something is open, or nothing."""
        return rows.left_open() if value else rows.paid()

    def by_overdue(self, rows: Any, _name: str, value: bool) -> Any:  # noqa: FBT001  # django-filter's signature
        """Demands that are overdue today; the others with ``false``."""
        today = clock.today()
        return rows.left_overdue(today) if value else rows.not_overdue(today)


class CreditNoteFilter(HouseFilterSet):
    """Credit notes by booking, project and kind."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    project_id = django_filters.NumberFilter(field_name="project_id")
    kind = WordFilter(Vocabulary(CreditKind))

    class Meta:
        model = CreditNote
        fields: list[str] = []


class AdjustmentFilter(HouseFilterSet):
    """Adjustments by booking and state."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    state = WordFilter(Vocabulary(AdjustmentState))

    class Meta:
        model = Adjustment
        fields: list[str] = []


class RateFilter(HouseFilterSet):
    """Rates of a project; those for all are the ones without."""

    project_id = django_filters.NumberFilter(field_name="project_id")

    class Meta:
        model = InterestRate
        fields: list[str] = []


class PlanFilter(HouseFilterSet):
    """Plans of a project, for a word, offered or not."""

    project_id = django_filters.NumberFilter(field_name="project_id")
    payment_plan = WordFilter(PLAN_WORDS)
    is_active = django_filters.BooleanFilter()

    class Meta:
        model = PlanTemplate
        fields: list[str] = []


class SettlementFilter(HouseFilterSet):
    """Settlements by booking, project and state."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    project_id = django_filters.NumberFilter(field_name="booking__project_id")
    state = WordFilter(SETTLEMENT_WORDS)

    class Meta:
        model = Settlement
        fields: list[str] = []


class RefundFilter(HouseFilterSet):
    """Refunds by booking, project and state."""

    booking_id = django_filters.NumberFilter(field_name="booking_id")
    project_id = django_filters.NumberFilter(field_name="project_id")
    state = WordFilter(REFUND_WORDS)

    class Meta:
        model = Refund
        fields: list[str] = []
