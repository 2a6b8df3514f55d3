"""Appointments over HTTP."""

from scheduling.views.appointments import AppointmentViewSet
from scheduling.views.hours import FreeSlotsView, HolidayViewSet, WorkingHoursViewSet

__all__ = ["AppointmentViewSet", "FreeSlotsView", "HolidayViewSet", "WorkingHoursViewSet"]
