"""Appointments, who receives people and when, and calendars."""

from scheduling.models.appointments import (
    Appointment,
    AppointmentMove,
    AppointmentReminder,
    TsTzRange,
)
from scheduling.models.calendars import CalendarFeed
from scheduling.models.opening import Holiday, Host, WorkingHours

__all__ = [
    "Appointment",
    "AppointmentMove",
    "AppointmentReminder",
    "CalendarFeed",
    "Holiday",
    "Host",
    "TsTzRange",
    "WorkingHours",
]
