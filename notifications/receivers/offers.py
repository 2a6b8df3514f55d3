"""Offers for change requests above the limit speak: who must decide, and what became of them (R13.2, R21).

The customer reads of an offer when the request is quoted, see ``changes``: until then there is none for it.
"""

from bookings.enums import QuoteState
from bookings.events import ChangeQuoteDecided, ChangeQuoteProposed
from bookings.models import ChangeQuote
from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import one, tell, who_decides
from realestate.core import clock
from realestate.core.amounts import format_day, format_money
from realestate.core.enums import Duty
from realestate.core.events import on

PAGE = "/builder/changes"


@on(ChangeQuoteProposed)
def tell_who_approves_offer(event: ChangeQuoteProposed) -> None:
    """The builder's finance and staff, without who made it: what it comes to, for whom, until when."""
    row = _offer(event.change_quote_id)
    booking = row.change_request.booking
    total = format_money(row.total_amount, booking.currency)
    until = format_day(clock.local(row.valid_until, booking.project.time_zone).date())
    tell(
        *who_decides(
            booking.project.builder_id, Duty.FINANCE, without=[row.created_by_id], page=PAGE
        ),
        notification_type=NotificationType.CHANGE_REQUEST_UPDATE,
        title="Offer to approve",
        message=f"{_what(row)} of {booking.customer.full_name} comes to {total}, which is above the limit."
        f" It is valid until {until}. Please approve or refuse it.",
        related=("change_request", row.change_request_id),
        dedupe_key=f"change_quote:{row.pk}:proposed",
        priority=Priority.HIGH,
    )


@on(ChangeQuoteDecided)
def tell_of_decided_offer(event: ChangeQuoteDecided) -> None:
    """Who made it."""
    row = _offer(event.change_quote_id)
    is_approved = row.state == QuoteState.APPROVED
    became = "approved and sent to the customer" if is_approved else "refused"
    reason = f" Reason: {row.decision_reason}" if row.decision_reason else ""
    tell(
        one(row.created_by, builders_page=PAGE),
        notification_type=NotificationType.CHANGE_REQUEST_UPDATE,
        title="Offer approved" if is_approved else "Offer refused",
        message=f"{_what(row)} was {became}.{reason}",
        related=("change_request", row.change_request_id),
        dedupe_key=f"change_quote:{row.pk}:decided",
    )


def _offer(pk: int) -> ChangeQuote:
    return ChangeQuote.objects.select_related(
        "created_by",
        "change_request__booking__customer",
        "change_request__booking__project",
    ).get(pk=pk)


def _what(row: ChangeQuote) -> str:
    change = row.change_request
    return f"Offer {row.version} for {change.tracking_number} (“{change.request_title}”)"
