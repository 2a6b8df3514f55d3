"""Who may see which appointments, and which of them take up whose time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q, QuerySet

from bookings.querysets import scope
from projects.querysets import PartQuerySet, role
from realestate.core.enums import Role
from scheduling.enums import LIVE, AppointmentStatus, MeetingLocation

if TYPE_CHECKING:
    from projects.models import Project
    from scheduling.models import (  # noqa: F401  # generic parameters
        Appointment,
        AppointmentMove,
        CalendarFeed,
        Holiday,
        Host,
        WorkingHours,
    )
    from scheduling.rules import Slot


_SCHEDULED = Q(status=AppointmentStatus.SCHEDULED)
# How many there are in each state; ``pending`` is what waits for the builder (contract 8). An index has all of it.
STATS = {
    "total": Count("status"),
    "confirmed": Count("status", filter=Q(status=AppointmentStatus.CONFIRMED)),
    "pending": Count("status", filter=_SCHEDULED),
    "completed": Count("status", filter=Q(status=AppointmentStatus.COMPLETED)),
    "cancelled": Count("status", filter=Q(status=AppointmentStatus.CANCELLED)),
    "scheduled": Count("status", filter=_SCHEDULED & Q(rescheduled_at=None)),
    "rescheduled": Count("status", filter=_SCHEDULED & Q(rescheduled_at__isnull=False)),
}


class AppointmentQuerySet(QuerySet["Appointment"]):
    """Appointments."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the customer, the project's builder and staff."""
        return scope(self, user)

    def live(self) -> Self:
        """Those that take up time."""
        return self.filter(status__in=LIVE)

    def in_the_way(self, slot: Slot, *, host_id: int, customer_id: int) -> Self:
        """R14.1-2: live appointments that a slot of this host and this customer would overlap."""
        host_busy = Q(
            host=host_id, starts_at__lt=slot.host_free_at, host_free_at__gt=slot.starts_at
        )
        customer_busy = Q(
            customer=customer_id, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at
        )
        return self.live().filter(host_busy | customer_busy)

    def with_host(self, slot: Slot, hosts: Iterable[Host]) -> Self:
        """Live appointments that keep one of these hosts from receiving in a slot, the buffer included (R14.2)."""
        return self.live().filter(
            host__in=[host.pk for host in hosts],
            starts_at__lt=slot.host_free_at,
            host_free_at__gt=slot.starts_at,
        )

    def on_site(self, slot: Slot, *, project_id: int) -> Self:
        """Live visits to a project's site that overlap a slot (R14.2: the site's capacity)."""
        return self.live().filter(
            project=project_id,
            meeting_location=MeetingLocation.SITE,
            starts_at__lt=slot.ends_at,
            ends_at__gt=slot.starts_at,
        )

    def for_calendar(self) -> Self:
        """With everything that an entry of a calendar shows, and how often each was moved."""
        shown = self.select_related("customer__user", "project__builder", "host")
        return shown.annotate(move_count=Count("moves"))


class AppointmentMoveQuerySet(QuerySet["AppointmentMove"]):
    """Earlier times of appointments."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties of the appointment and staff."""
        return scope(self, user, "appointment__")


class HostQuerySet(QuerySet["Host"]):
    """People who receive customers."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """A builder's own; staff see all."""
        match role(user):
            case Role.STAFF:
                return self
            case Role.BUILDER:
                return self.filter(builder=user.builder_id)
            case _:
                return self.none()

    def of(self, project: Project) -> Self:
        """Who receives people for a project at present, in a fixed order."""
        here = Q(projects=project.pk) | Q(projects=None)
        return self.filter(here, builder=project.builder_id, is_active=True).order_by("pk")


class WorkingHoursQuerySet(PartQuerySet["WorkingHours"]):
    """When projects receive people."""


class HolidayQuerySet(PartQuerySet["Holiday"]):
    """When projects receive nobody."""


class CalendarFeedQuerySet(QuerySet["CalendarFeed"]):
    """Private addresses of calendars."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """One's own."""
        return self.filter(user=user.pk) if user.pk else self.none()
