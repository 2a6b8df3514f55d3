"""Back-office pages for appointments."""

from scheduling.admin import links
from scheduling.admin.appointments import (
    AppointmentAdmin,
    AppointmentMoveAdmin,
    AppointmentReminderAdmin,
)
from scheduling.admin.hosts import CalendarFeedAdmin, HolidayAdmin, HostAdmin, WorkingHoursAdmin

__all__ = [
    "AppointmentAdmin",
    "AppointmentMoveAdmin",
    "AppointmentReminderAdmin",
    "CalendarFeedAdmin",
    "HolidayAdmin",
    "HostAdmin",
    "WorkingHoursAdmin",
    "links",
]
