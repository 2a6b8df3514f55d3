"""Making a booking's agreement: its facts are kept as they are now, the PDF is drawn from them (contract 0.10)."""

from datetime import datetime

from django.db.models import Max

from accounts.models import Builder, Customer, User
from bookings.models import Agreement, Booking
from bookings.services.standing import lock_booking, refuse_customers, refuse_dead
from projects.models import Project, Unit
from realestate.core import audit, clock
from realestate.core.errors import InvalidTransition
from realestate.core.transactions import service


@service
def generate_agreement(*, actor: User, booking_id: int) -> Agreement:
    """A new version of the booking's agreement, by the builder or staff.

    Raises NotAllowed (403) for customers, InvalidTransition (409) for a booking without a unit or that is over.
    """
    refuse_customers(actor, "Only the builder generates an agreement.")
    now = clock.now()
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, now)
    if booking.unit is None:
        raise InvalidTransition(state=booking.state, allowed=[])
    last = booking.agreements.aggregate(last=Max("version"))["last"] or 0
    agreement = Agreement.objects.create(
        booking=booking,
        version=last + 1,
        content=_content(booking, booking.unit, now),
        created_by=actor,
        created_at=now,
    )
    audit.record(actor, booking, "agreement generated", after={"version": agreement.version})
    return agreement


def _content(booking: Booking, unit: Unit, now: datetime) -> dict[str, object]:
    project = booking.project
    return {
        "booking_number": booking.booking_number,
        "date": clock.local(now, project.time_zone).date().isoformat(),
        "seller": _seller(project.builder),
        "buyer": _buyer(booking.customer),
        "unit": _unit(project, unit),
        "currency": booking.currency,
        "agreement_value": str(booking.agreement_value),
        "tax_amount": str(booking.tax_amount),
        "total_amount": str(booking.total_amount),
        "token_amount": str(booking.token_amount),
        "payment_plan": booking.payment_plan,
        "registration_date": str(booking.expected_registration_date or ""),
        "special_requests": booking.special_requests,
    }


def _seller(builder: Builder) -> dict[str, str]:
    return {
        "name": builder.company_name,
        "license_number": builder.license_number,
        "address": builder.address,
        "phone": builder.phone,
        "email": builder.user.email,
    }


def _buyer(customer: Customer) -> dict[str, str]:
    return {
        "name": customer.full_name,
        "address": customer.address,
        "phone": customer.phone,
        "email": customer.user.email,
    }


def _unit(project: Project, unit: Unit) -> dict[str, object]:
    return {
        "number": unit.unit_number,
        "type": unit.unit_type,
        "floor": unit.floor_number,
        "area_sqft": str(unit.area_sqft),
        "tower": unit.tower.name if unit.tower else "",
        "parking_spaces": unit.parking_spaces,
        "project": project.project_name,
        "location": project.location,
    }
