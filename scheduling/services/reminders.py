"""Reminders of appointments, 24 and 2 hours before, once each (R14.6)."""

from datetime import timedelta

from realestate.core import clock
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.transactions import service
from scheduling.events import AppointmentNears
from scheduling.models import Appointment, AppointmentReminder
from scheduling.rules import REMINDED, reminder_due


def appointments_to_remind() -> list[int]:
    """Live appointments that begin soon; whether something must be said is asked again under the lock."""
    now = clock.now()
    soon = Appointment.objects.live().filter(
        starts_at__gt=now, starts_at__lte=now + timedelta(hours=max(REMINDED))
    )
    return list(soon.order_by("starts_at", "pk").values_list("pk", flat=True))


@service
def remind_of_appointment(*, appointment_id: int) -> int | None:
    """Remind both sides if it is time, and once: says how many hours before; None: there was nothing to say.

    An appointment that was moved is reminded of at its new time; one that was cancelled is not.
    """
    row = lock(Appointment.objects.all(), appointment_id)
    now = clock.now()
    hours = reminder_due(row.starts_at, row.rescheduled_at or row.created_at, now)
    if not row.is_live or hours is None:
        return None
    said = AppointmentReminder.objects.filter(
        appointment=row, starts_at=row.starts_at, hours_before__lte=hours
    )
    if said.exists():
        return None
    AppointmentReminder.objects.create(
        appointment=row, starts_at=row.starts_at, hours_before=hours, sent_at=now
    )
    publish(AppointmentNears(appointment_id=row.pk, hours_before=hours))
    return hours
