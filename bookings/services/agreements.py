"""Making a booking's agreement: its facts are kept as they are now, the PDF is drawn from them (contract 0.10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Max

from accounts.models import Builder, Customer, User
from bookings.events import AgreementGenerated
from bookings.models import Agreement, Booking, Quote
from bookings.services.signatures import named_buyers
from bookings.services.standing import lock_booking, refuse_customers, refuse_dead
from projects.models import Project, Unit
from realestate.core import audit, clock
from realestate.core.errors import InvalidTransition
from realestate.core.events import publish
from realestate.core.files import store_file
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def generate_agreement(*, actor: User, booking_id: int) -> Agreement:
    """A new version of the booking's agreement, by the builder or staff; it supersedes the one before it.

    The PDF is drawn by a job, or when somebody asks for it sooner.
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
    publish(AgreementGenerated(agreement_id=agreement.pk, booking_id=booking.pk))
    agreement.refresh_from_db(fields=["content"])
    defer("bookings.draw_agreement", agreement_id=agreement.pk)
    return agreement


@service
def state_plan(*, agreement_id: int, lines: Sequence[Mapping[str, str]]) -> None:
    """Write the payment plan into an agreement that is being made: each line's label, when it is due, its amount.

    Amounts are before tax, in the booking's currency. For listeners of AgreementGenerated.
    """
    agreement = Agreement.objects.get(pk=agreement_id)  # made just now: nobody else can see it
    agreement.content["plan"] = [dict(line) for line in lines]
    agreement.save(update_fields=["content"])


@service
def keep_agreement_pdf(*, agreement_id: int, content: bytes, signatures: int) -> bool:
    """Store the PDF of an agreement as it was drawn, with so many signatures; the first one is kept.

    Says whether it was: False when somebody else has stored one, or when a party has signed since it was drawn.
    """
    agreement = lock(Agreement.objects.all(), agreement_id)
    if agreement.file_id is not None or agreement.signatures.count() != signatures:
        return False
    agreement.file = store_file(
        actor=None,
        name=f"{agreement.agreement_number}.pdf",
        content=content,
        content_type="application/pdf",
    )
    agreement.save(update_fields=["file"])
    audit.record(audit.SYSTEM, agreement, "drawn", after={"file": agreement.file_id})
    return True


def _content(booking: Booking, unit: Unit, now: datetime) -> dict[str, object]:
    project = booking.project
    return {
        "booking_number": booking.booking_number,
        "date": clock.local(now, project.time_zone).date().isoformat(),
        "seller": _seller(project.builder),
        "buyer": _buyer(booking.customer),
        "applicants": named_buyers(booking),
        "unit": _unit(project, unit),
        "currency": booking.currency,
        "cost_sheet": _cost_sheet(booking.quote),
        "agreement_value": str(booking.agreement_value),
        "other_charges": str(booking.other_charges),
        "tax_amount": str(booking.tax_amount),
        "total_amount": str(booking.total_amount),
        "token_amount": str(booking.token_amount),
        "payment_plan": booking.payment_plan,
        "registration_date": str(booking.expected_registration_date or ""),
        "special_requests": booking.special_requests,
    }


def _cost_sheet(quote: Quote | None) -> list[dict[str, str]]:
    """The lines of the quote, and the discount; nothing for a booking from before there were quotes."""
    if quote is None:
        return []
    lines = [{"label": line["label"], "amount": line["amount"]} for line in quote.lines]
    if quote.discount_amount:
        lines.append({"label": "Discount", "amount": str(-quote.discount_amount)})
    return lines


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
