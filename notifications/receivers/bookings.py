"""Bookings speak: customer and builder read in plain sentences where a booking stands."""

from typing import NamedTuple

from accounts.models import User
from bookings.enums import BookingState
from bookings.events import BookingMoved
from bookings.models import Booking
from notifications import services
from notifications.enums import NotificationType, Priority
from realestate.core.enums import Duty
from realestate.core.events import on

S = BookingState


class Saying(NamedTuple):
    """What one move means to each side."""

    title: str
    customer: str
    builder: str
    priority: Priority = Priority.MEDIUM


SAYINGS = {
    S.INQUIRY: Saying(
        "Inquiry received",
        "Your inquiry about {what} has reached {company}.",
        "{customer} is interested in {what}.",
    ),
    S.SITE_VISIT_SCHEDULED: Saying(
        "Site visit planned",
        "A visit to {what} is planned for you.",
        "{customer} will visit {what}.",
    ),
    S.ON_HOLD: Saying(
        "Booking on hold",
        "{what} is held for you under booking {number}. It is yours once the token is paid.",
        "{customer} holds {what} under booking {number}; the token is not paid yet.",
        Priority.HIGH,
    ),
    S.TOKEN_PAID: Saying(
        "Token paid",
        "Your token for {what} has arrived. {company} will now confirm booking {number}.",
        "{customer} has paid the token for {what}. Please confirm booking {number}.",
        Priority.HIGH,
    ),
    S.BOOKING_CONFIRMED: Saying(
        "Booking confirmed",
        "{company} has confirmed booking {number}: {what} is yours.",
        "Booking {number} of {customer} for {what} is confirmed.",
        Priority.HIGH,
    ),
    S.AGREEMENT_SIGNED: Saying(
        "Agreement signed",
        "The agreement for {what} is signed.",
        "The agreement with {customer} for {what} is signed.",
    ),
    S.POSSESSION_OFFERED: Saying(
        "Possession offered",
        "{what} is ready: {company} offers you possession.",
        "Possession of {what} was offered to {customer}.",
        Priority.HIGH,
    ),
    S.HANDED_OVER: Saying(
        "Handed over",
        "{what} was handed over to you. Welcome home.",
        "{what} was handed over to {customer}.",
    ),
    S.CANCELLED: Saying(
        "Booking cancelled",
        "Booking {number} for {what} was cancelled.{reason}",
        "Booking {number} of {customer} for {what} was cancelled.{reason}",
        Priority.HIGH,
    ),
    S.EXPIRED: Saying(
        "Hold expired",
        "The hold on {what} has expired, because no token was paid in time. The unit is free again.",
        "The hold of {customer} on {what} has expired. The unit is free again.",
    ),
    S.TRANSFERRED: Saying(
        "Booking transferred",
        "Booking {number} for {what} was transferred.",
        "Booking {number} of {customer} for {what} was transferred.",
    ),
}


@on(BookingMoved)
def tell_both_sides(event: BookingMoved) -> None:
    """Customer and builder, once for each state."""
    booking = Booking.objects.select_related("customer", "project__builder", "unit").get(
        pk=event.booking_id
    )
    saying = SAYINGS[BookingState(event.new)]
    words = _words(booking)
    sellers = User.objects.keys_acting_for(booking.project.builder_id, Duty.SALES)
    sides = (
        ({booking.customer_id}, saying.customer, "/customer/bookings"),
        (sellers, saying.builder, "/builder/bookings"),
    )
    for people, sentence, url in sides:
        services.notify(
            user_ids=people,
            notification_type=NotificationType.BOOKING_UPDATE,
            title=saying.title,
            message=_sentence(sentence.format(**words)),
            related=("booking", booking.pk),
            dedupe_key=f"booking:{booking.pk}:{event.new}",
            priority=saying.priority,
            action_url=url,
        )


def _words(booking: Booking) -> dict[str, str]:
    project = booking.project.project_name
    return {
        "what": f"unit {booking.unit.unit_number} in {project}" if booking.unit else project,
        "number": booking.booking_number,
        "customer": booking.customer.full_name,
        "company": booking.project.builder.company_name,
        "reason": f" Reason: {booking.state_reason}" if booking.state_reason else "",
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
