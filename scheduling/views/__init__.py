"""Appointments over HTTP."""

from scheduling.views.appointments import AppointmentHistoryViewSet, AppointmentViewSet
from scheduling.views.calendars import AppointmentCalendarView, CalendarFeedView, FeedView
from scheduling.views.hosts import HostViewSet, ProjectHostsView
from scheduling.views.hours import FreeSlotsView, HolidayViewSet, WorkingHoursViewSet

__all__ = [
    "AppointmentCalendarView",
    "AppointmentHistoryViewSet",
    "AppointmentViewSet",
    "CalendarFeedView",
    "FeedView",
    "FreeSlotsView",
    "HolidayViewSet",
    "HostViewSet",
    "ProjectHostsView",
    "WorkingHoursViewSet",
]
