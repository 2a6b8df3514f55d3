"""A customer and a builder agree to meet (R14)."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from accounts.models import Customer, User
from accounts.services import relate
from bookings.services import plan_visit
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.transactions import service
from scheduling.enums import AppointmentStatus, AppointmentType, MeetingLocation
from scheduling.events import AppointmentMoved
from scheduling.models import Appointment
from scheduling.rules import Slot
from scheduling.services.hosts import chosen, free_host, lock_hosts
from scheduling.services.hours import refuse_closed
from scheduling.services.limits import limits_of
from scheduling.services.slots import bookable_slot, refuse_taken

HOUR = 60  # minutes; the contract's default length
VISITS = frozenset({AppointmentType.SITE_VISIT, AppointmentType.VIRTUAL_TOUR})  # R5.2


class About(TypedDict, total=False):
    """What the meeting is about and where; all of it optional."""

    meeting_location: MeetingLocation
    location: str
    agenda: str
    notes: str
    attendees: list[str]


@service
def book_appointment(
    *,
    actor: User,
    project_id: int,
    appointment_type: str,
    appointment_date: datetime,
    duration_minutes: int = HOUR,
    customer_id: int | None = None,
    host_id: int | None = None,
    **about: Unpack[About],
) -> Appointment:
    """Make an appointment with a host of the project: the one who is named, or the first who is free (R14.1-4).

    A customer books for itself in any public project; builders (own projects) and staff name a customer that they may
    see. A visit moves the customer's inquiry on (R5.2). ``appointment_date`` without an offset is the project's wall
    clock. Raises SlotTaken (409), the refusals of ``bookable_slot`` (422), InvalidValue without a customer or for a
    host who is not there, DoesNotExist for strangers.
    """
    now = clock.now()
    hosts = chosen(lock_hosts(_projects(actor).get(pk=project_id)), host_id)
    customer = _customer(actor, customer_id)
    if appointment_type in VISITS:
        plan_visit(actor=actor, project_id=project_id, customer_id=customer.pk)
    project = lock(_projects(actor), project_id)
    lock(User.objects.all(), customer.pk)
    slot = bookable_slot(limits_of(project), appointment_date, duration_minutes, now=now)
    refuse_closed(project, slot)
    row = Appointment(
        customer=customer,
        project=project,
        appointment_type=appointment_type,
        duration_minutes=duration_minutes,
        status=AppointmentStatus.SCHEDULED,
        created_by=actor,
        **_times(slot),
        **about,
    )
    row.host = free_host(row, hosts, slot)
    refuse_taken(row, project, slot)
    row.save(force_insert=True)
    relate(customer_id=customer.pk, builder_id=project.builder_id)
    audit.record(actor, row, "booked", after=_times(slot) | {"appointment_type": appointment_type})
    publish(AppointmentMoved(appointment_id=row.pk, actor_id=actor.pk, old="", new=row.status))
    return row


def _projects(actor: User) -> Any:  # a queryset; its two methods return different Self types
    if actor.user_type == Role.CUSTOMER:
        return Project.objects.for_user(actor)
    return Project.objects.open_to(actor)


def _customer(actor: User, customer_id: int | None) -> Customer:
    wanted = actor.pk if actor.user_type == Role.CUSTOMER else customer_id
    if wanted is None:
        raise InvalidValue(
            "Say which customer you want to meet.",
            errors={"customer_id": ["This field is required."]},
        )
    return Customer.objects.for_user(actor).get(pk=wanted)


def _times(slot: Slot) -> dict[str, Any]:
    return {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "host_free_at": slot.host_free_at}
