"""Appointments on the wire (contract 7.6)."""

from scheduling.serializers.appointments import (
    AppointmentCancelledRead,
    AppointmentCustomerRead,
    AppointmentMoveRead,
    AppointmentPageRead,
    AppointmentRead,
    AppointmentStatsRead,
    AppointmentStatusWrite,
    AppointmentWrite,
    MomentField,
    PlaceWrite,
    RescheduleWrite,
)
from scheduling.serializers.calendars import CalendarFeedRead
from scheduling.serializers.hosts import HostPatch, HostPublic, HostRead, HostWrite
from scheduling.serializers.hours import (
    FreeSlotRead,
    HolidayRead,
    HolidaysWrite,
    HolidayWrite,
    HoursWrite,
    OpeningRead,
    OpeningWrite,
    SlotsWrite,
)

__all__ = [
    "AppointmentCancelledRead",
    "AppointmentCustomerRead",
    "AppointmentMoveRead",
    "AppointmentPageRead",
    "AppointmentRead",
    "AppointmentStatsRead",
    "AppointmentStatusWrite",
    "AppointmentWrite",
    "CalendarFeedRead",
    "FreeSlotRead",
    "HolidayRead",
    "HolidayWrite",
    "HolidaysWrite",
    "HostPatch",
    "HostPublic",
    "HostRead",
    "HostWrite",
    "HoursWrite",
    "MomentField",
    "OpeningRead",
    "OpeningWrite",
    "PlaceWrite",
    "RescheduleWrite",
    "SlotsWrite",
]
