"""Change requests speak: the side whose turn it is, or who waits for the answer, is told."""

from typing import NamedTuple

from accounts.models import User
from bookings.enums import ChangeState
from bookings.events import ChangeMoved
from bookings.models import ChangeRequest
from notifications import services
from notifications.enums import NotificationType
from realestate.core.enums import Duty
from realestate.core.events import on

S = ChangeState


class Saying(NamedTuple):
    """What one move means; an empty sentence: that side did it and need not be told."""

    title: str
    customer: str
    builder: str


SAYINGS = {
    S.SUBMITTED: Saying(
        "New change request", "", "{customer} asks for a change in {what}: {title}."
    ),
    S.UNDER_REVIEW: Saying("Change request under review", "{company} is looking at {title}.", ""),
    S.QUOTED: Saying(
        "Quote for your change request", "{company} has sent you a quote for {title}.", ""
    ),
    S.APPROVED: Saying(
        "Change request approved",
        "Your change request is approved: {title}.",
        "The change request {number} of {customer} is approved: {title}.",
    ),
    S.DECLINED: Saying("Quote declined", "", "{customer} has declined the quote for {title}."),
    S.LAPSED: Saying(
        "Quote lapsed",
        "The quote for {title} is no longer valid.",
        "The quote for {title} has lapsed without an answer from {customer}.",
    ),
    S.REJECTED: Saying("Change request rejected", "{company} cannot do {title}.{reason}", ""),
    S.IN_PROGRESS: Saying("Change in progress", "Work on {title} has begun.", ""),
    S.COMPLETED: Saying("Change completed", "The work on {title} is done.", ""),
    S.WITHDRAWN: Saying("Change request withdrawn", "", "{customer} has withdrawn {title}."),
}


@on(ChangeMoved)
def tell_who_waits(event: ChangeMoved) -> None:
    """The side that did not act; of a quote each version."""
    change = ChangeRequest.objects.select_related(
        "booking__customer", "booking__project__builder", "booking__unit"
    ).get(pk=event.change_request_id)
    saying = SAYINGS[ChangeState(event.new)]
    words = _words(change)
    booking = change.booking
    site = User.objects.keys_acting_for(booking.project.builder_id, Duty.SITE)
    sides = (
        ({booking.customer_id}, saying.customer, "/customer/changes"),
        (site, saying.builder, "/builder/changes"),
    )
    round_ = change.quotes.count()  # a state comes again with each new quote
    for people, sentence, url in sides:
        if sentence:
            services.notify(
                user_ids=people,
                notification_type=NotificationType.CHANGE_REQUEST_UPDATE,
                title=saying.title,
                message=sentence.format(**words),
                related=("change_request", change.pk),
                dedupe_key=f"change_request:{change.pk}:{event.new}:{round_}",
                action_url=url,
            )


def _words(change: ChangeRequest) -> dict[str, str]:
    booking = change.booking
    return {
        "title": f"“{change.request_title}”",
        "number": change.tracking_number,
        "what": f"unit {booking.unit.unit_number}"
        if booking.unit
        else booking.project.project_name,
        "customer": booking.customer.full_name,
        "company": booking.project.builder.company_name,
        "reason": f" Reason: {change.rejection_reason}" if change.rejection_reason else "",
    }
