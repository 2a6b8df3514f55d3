"""Discounts above the limit speak: who must decide, and what became of them (R1, R21)."""

from bookings.enums import QuoteState
from bookings.events import DiscountDecided, DiscountProposed
from bookings.models import Quote
from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import buyer, one, tell, who_decides
from realestate.core import clock
from realestate.core.amounts import format_day, format_money
from realestate.core.enums import Duty
from realestate.core.events import on


@on(DiscountProposed)
def tell_who_approves_discount(event: DiscountProposed) -> None:
    """The builder and staff, without who granted it: how much off which unit, for whom and why."""
    row = _quote(event.quote_id)
    whom = f" for {row.customer.full_name}" if row.customer else ""
    reason = f" Reason: {row.discount_reason}" if row.discount_reason else ""
    tell(
        *who_decides(row.project.builder_id, Duty.FINANCE, without=[row.created_by_id]),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Discount to approve",
        message=f"Quote {row.quote_number}{whom} takes {format_money(row.discount_amount, row.currency)} off"
        f" {_what(row)}, which is above the limit. Please approve or refuse it.{reason}",
        related=("quote", row.pk),
        dedupe_key=f"quote:{row.pk}:proposed",
        priority=Priority.HIGH,
    )


@on(DiscountDecided)
def tell_of_decided_discount(event: DiscountDecided) -> None:
    """Who granted it, and the customer that the quote is for."""
    row = _quote(event.quote_id)
    is_approved = row.state == QuoteState.APPROVED
    became = "approved" if is_approved else "refused"
    reason = f" Reason: {row.decision_reason}" if row.decision_reason else ""
    tell(
        one(row.created_by),
        notification_type=NotificationType.BOOKING_UPDATE,
        title=f"Discount {became}",
        message=f"The discount of quote {row.quote_number} for {_what(row)} was {became}.{reason}",
        related=("quote", row.pk),
        dedupe_key=f"quote:{row.pk}:decided",
    )
    if row.customer_id is None:
        return
    until = format_day(clock.local(row.valid_until, row.project.time_zone).date())
    total = format_money(row.total_amount, row.currency)
    tell(
        buyer(row.customer_id),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Your quote is ready" if is_approved else "Quote not approved",
        message=f"Quote {row.quote_number} for {_what(row)}: {total} in all, valid until {until}."
        if is_approved
        else f"Quote {row.quote_number} for {_what(row)} was not approved.{reason}",
        related=("quote", row.pk),
        dedupe_key=f"quote:{row.pk}:customer",
    )


def _quote(pk: int) -> Quote:
    return Quote.objects.select_related("customer", "project", "unit", "created_by").get(pk=pk)


def _what(row: Quote) -> str:
    return f"unit {row.unit.unit_number} in {row.project.project_name}"
