"""Interest in a project before a unit is named (R5.1-3): nothing is taken from the stock."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from accounts.services import relate
from bookings.enums import BookingAction, BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.rules import NEW, TRANSITIONS
from bookings.services.parties import buyer
from bookings.services.standing import note_move
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service

OPEN_INQUIRY = (BookingState.INQUIRY, BookingState.SITE_VISIT_SCHEDULED)


@service
def open_inquiry(
    *, actor: User, project_id: int, customer_id: int | None = None, special_requests: str = ""
) -> Booking:
    """R5.1: a customer is interested in a project; whoever asks again gets the inquiry that is open.

    A customer asks for itself in any public project; builders (own projects) and staff name a customer that they may
    see. Raises InvalidValue (400) without a customer, DoesNotExist for strangers.
    """
    project = _projects(actor).get(pk=project_id)
    customer = buyer(actor, customer_id)
    lock(User.objects.all(), customer.pk)  # asked twice at once, it is one inquiry
    known = _open(customer.pk, project.pk).first()
    if known is not None:
        return known
    row = Booking(
        customer=customer,
        project=project,
        state=BookingState.INQUIRY,
        booking_date=clock.now(),
        currency=project.currency,
        special_requests=special_requests,
    )
    row.save(force_insert=True)
    relate(customer_id=customer.pk, builder_id=project.builder_id)
    after = {"state": row.state, "project": project.pk}
    audit.record(actor, row, "inquired", before={"state": NEW}, after=after)
    publish(BookingMoved(booking_id=row.pk, old=NEW, new=row.state))
    return row


@service
def plan_visit(*, actor: User, project_id: int, customer_id: int) -> None:
    """R5.2: whose inquiry is open will visit; for the service that makes the appointment, and undone with it."""
    row = locked_inquiry(customer_id=customer_id, project_id=project_id)
    if row is not None and row.state == BookingState.INQUIRY:
        moved = advance(row, TRANSITIONS, BookingAction.SCHEDULE_VISIT)
        note_move(actor, row, moved=moved, reason="")


def locked_inquiry(*, customer_id: int, project_id: int) -> Booking | None:
    """The open inquiry of a customer about a project, held; to be asked for before units and claims are held."""
    key = _open(customer_id, project_id).values_list("pk", flat=True).first()
    if key is None:
        return None
    row = lock(Booking.objects.all(), key)
    return row if row.state in OPEN_INQUIRY else None  # somebody may have booked on it meanwhile


def _open(customer_id: int, project_id: int) -> QuerySet[Booking]:
    rows = Booking.objects.filter(customer=customer_id, project=project_id, state__in=OPEN_INQUIRY)
    return rows.order_by("pk")


def _projects(actor: User) -> Any:  # a queryset; its two methods return different Self types
    rows = Project.objects.filter(archived_at=None)
    is_customer = actor.user_type == Role.CUSTOMER
    return rows.for_user(actor) if is_customer else rows.editable_by(actor)
