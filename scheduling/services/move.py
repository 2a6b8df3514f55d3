"""Confirm, complete, cancel, record a no-show: moves along the table of R14."""

from accounts.models import User
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError, NotAllowed
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service
from scheduling.enums import AppointmentAction, Outcome
from scheduling.events import AppointmentMoved
from scheduling.models import Appointment
from scheduling.rules import AFTER_START, CUSTOMERS_MAY, TRANSITIONS


class AppointmentNotStarted(DomainError):
    """This can be recorded only after the appointment has begun."""

    code, status = "appointment_not_started", 422


@service
def move_appointment(
    *, actor: User, appointment_id: int, action: str, reason: str = ""
) -> Appointment:
    """Move an appointment by one action of ``rules.TRANSITIONS`` (R14.6); rescheduling has its own service.

    Customers may only cancel. Raises NotAllowed, AppointmentNotStarted, InvalidTransition; DoesNotExist for strangers.
    """
    now = clock.now()
    row = lock(Appointment.objects.for_user(actor), appointment_id)
    if actor.user_type == Role.CUSTOMER and action not in CUSTOMERS_MAY:
        raise NotAllowed("Only the builder can do this; you may cancel or reschedule.")
    if action in AFTER_START and row.is_live and now < row.starts_at:
        raise AppointmentNotStarted
    old, new = advance(row, TRANSITIONS, action, field="status")
    if action == AppointmentAction.NO_SHOW:
        row.outcome = Outcome.NO_SHOW
        row.save(update_fields=["outcome", "updated_at"])
    audit.record(actor, row, action, before={"status": old}, after={"status": new}, reason=reason)
    publish(
        AppointmentMoved(appointment_id=row.pk, actor_id=actor.pk, old=old, new=new, reason=reason),
    )
    return row


@service
def cancel_appointment(*, actor: User, appointment_id: int, reason: str = "") -> Appointment:
    """Call an appointment off; its time is free again at once. Raises InvalidTransition; DoesNotExist for strangers."""
    return move_appointment(
        actor=actor, appointment_id=appointment_id, action=AppointmentAction.CANCEL, reason=reason
    )
