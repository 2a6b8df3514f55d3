"""Filters of payments; unknown words match nothing (contract T12)."""

import django_filters

from payments.models import Payment, Refund, Settlement
from payments.rules.words import (
    METHOD_WORDS,
    REFUND_WORDS,
    SETTLEMENT_WORDS,
    STATUS_WORDS,
    TYPE_WORDS,
)
from realestate.core.api.filters import HouseFilterSet, WordFilter


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
