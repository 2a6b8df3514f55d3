"""Editing what may be edited on a booking; price, parties and state never are."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from accounts.models import User
from bookings.enums import FIRM, BookingState
from bookings.models import Booking
from bookings.services.booking import refuse_large_loan
from bookings.services.standing import lock_booking, refuse_dead
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError, NotAllowed
from realestate.core.transactions import service

CUSTOMERS_MAY = frozenset(
    {"special_requests", "rating", "loan_amount", "expected_registration_date"}
)
BUILDERS_MAY = frozenset(
    {
        "special_requests",
        "loan_amount",
        "loan_approved",
        "payment_plan",
        "expected_registration_date",
        "actual_registration_date",
        "registration_number",
        "agent_id",
    }
)


SCHEDULED = frozenset(FIRM) - {BookingState.TOKEN_PAID}  # R5.5: confirmed, with its schedule


class PlanFrozen(DomainError):
    """The payment plan can no longer be chosen: the booking is confirmed and has its schedule, which can be revised."""

    code, status = "payment_plan_frozen", 409


class RatingTooEarly(DomainError):
    """You can rate the builder once your token has been paid."""

    code, status = "rating_too_early", 422


@service
def update_booking(
    *, actor: User, booking_id: int, changes: Mapping[str, Any], version: int | None = None
) -> Booking:
    """Change named fields; those that were not sent stay. ``version`` is the one that the caller has seen, if it says.

    Raises NotAllowed (403) for a field that the caller's role may not change, StaleVersion (412), RatingTooEarly and
    LoanOutOfRange (422), PlanFrozen (409) once there is a schedule, InvalidTransition (409) for a booking that is over,
    DoesNotExist for strangers and agents.
    """
    booking = lock_booking(actor, booking_id, version)
    refuse_dead(booking, clock.now())
    _refuse_fields(actor, changes)
    different = {name: value for name, value in changes.items() if getattr(booking, name) != value}
    if not different:
        return booking
    before = audit.snapshot(booking, different)
    for name, value in different.items():
        setattr(booking, name, value)
    refuse_large_loan(booking)
    if "payment_plan" in different and booking.state in SCHEDULED:
        raise PlanFrozen
    if "rating" in different and booking.state not in FIRM:
        raise RatingTooEarly
    if different.get("agent_id") is not None:
        _agents(booking).get(pk=different["agent_id"])
    booking.version += 1
    booking.save(update_fields=[*different, "version", "updated_at"])
    audit.record(actor, booking, "updated", before=before, after=different)
    return booking


def _refuse_fields(actor: User, changes: Mapping[str, Any]) -> None:
    allowed = {Role.CUSTOMER: CUSTOMERS_MAY, Role.BUILDER: BUILDERS_MAY}.get(
        Role(actor.user_type), BUILDERS_MAY
    )
    wrong = sorted(set(changes) - allowed)
    if wrong:
        errors = {name: ["You may not change this."] for name in wrong}
        raise NotAllowed(f"You may not change: {', '.join(wrong)}.", errors=errors)


def _agents(booking: Booking) -> Any:  # the custom manager's queryset
    """Who may look after a booking: the project's builder, its team, or active staff."""
    builder = booking.project.builder_id
    people = Q(pk=builder) | Q(employer=builder) | Q(user_type=Role.STAFF)
    return User.objects.filter(people, is_active=True)
