"""Query parameters of appointment lists."""

import django_filters
from django.db.models import QuerySet

from realestate.core.api.filters import HouseFilterSet, WordFilter
from realestate.core.vocabulary import fold
from scheduling.models import Appointment
from scheduling.rules import STATUSES, TYPES


class StatusFilter(WordFilter):
    """By state; ``rescheduled`` is no state but means scheduled ones that have another time than at first."""

    def filter(self, qs: QuerySet[Appointment], value: str) -> QuerySet[Appointment]:
        """Rows in the state that the word names."""
        rows = super().filter(qs, value)
        return (
            rows.filter(rescheduled_at__isnull=False)
            if fold(value or "") == "rescheduled"
            else rows
        )


class AppointmentFilter(HouseFilterSet):
    """By state, type, project and customer."""

    status = StatusFilter(STATUSES, field_name="status")
    appointment_type = WordFilter(TYPES, field_name="appointment_type")
    type = WordFilter(TYPES, field_name="appointment_type")
    project_id = django_filters.NumberFilter(field_name="project_id")
    customer_id = django_filters.NumberFilter(field_name="customer_id")

    class Meta:
        model = Appointment
        fields: list[str] = []
