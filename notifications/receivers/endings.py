"""Settlements and refunds speak: who must decide, and what the buyer gets back and when (R11)."""

from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import buyer, one, tell, who_decides
from payments.enums import SettlementState
from payments.events import RefundPaid, SettlementDecided, SettlementProposed
from payments.models import Refund, Settlement
from realestate.core.amounts import format_day, format_money
from realestate.core.enums import Duty
from realestate.core.events import on


@on(SettlementProposed)
def tell_who_approves_settlement(event: SettlementProposed) -> None:
    """The builder and staff, without who proposed it: how much would be returned of how much, and why."""
    row = _settlement(event.settlement_id)
    booking = row.booking
    received = format_money(row.received, row.currency)
    tell(
        *who_decides(booking.project.builder_id, Duty.FINANCE, without=[row.requested_by_id]),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Settlement to approve",
        message=f"{_returned(row)} of {received} would be returned to {booking.customer.full_name} (booking"
        f" {booking.booking_number}, settlement {row.number}). Please approve or refuse it. Reason: {row.reason}",
        related=("settlement", row.pk),
        dedupe_key=f"settlement:{row.pk}:proposed",
        priority=Priority.HIGH,
    )


@on(SettlementDecided)
def tell_of_decided_settlement(event: SettlementDecided) -> None:
    """Who proposed it; and of an approval the buyer: how much is returned, and by when."""
    row = _settlement(event.settlement_id)
    number = row.booking.booking_number
    is_approved = row.state == SettlementState.APPROVED
    became = "approved" if is_approved else "refused"
    reason = f" Reason: {row.decision_reason}" if row.decision_reason else ""
    tell(
        one(row.requested_by),
        notification_type=NotificationType.PAYMENT_DUE,
        title=f"Settlement {became}",
        message=f"Settlement {row.number} of booking {number}, which you proposed, was {became}.{reason}",
        related=("settlement", row.pk),
        dedupe_key=f"settlement:{row.pk}:decided",
    )
    if not is_approved:  # the buyer does not see what was only proposed
        return
    what = "Nothing is to be returned to you."
    if row.refund_amount > 0:
        what = f"{_returned(row)} will be returned to you by {format_day(row.refund_due_on)}."
    tell(
        buyer(row.booking.customer_id),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Booking settled",
        message=f"The settlement of booking {number} is approved. {what}",
        related=("settlement", row.pk),
        dedupe_key=f"settlement:{row.pk}:approved",
        priority=Priority.HIGH,
    )


@on(RefundPaid)
def tell_buyer_of_refund(event: RefundPaid) -> None:
    """How much, when, and the reference of the transfer."""
    row = Refund.objects.select_related("booking").get(pk=event.refund_id)
    day = f" on {format_day(row.paid_on)}" if row.paid_on else ""
    tell(
        buyer(row.booking.customer_id),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Refund paid",
        message=f"{format_money(row.amount, row.currency)} was returned to you{day} for booking"
        f" {row.booking.booking_number} (reference {row.reference}).",
        related=("refund", row.pk),
        dedupe_key=f"refund:{row.pk}:paid",
        priority=Priority.HIGH,
    )


def _settlement(pk: int) -> Settlement:
    rows = Settlement.objects.select_related("booking__customer", "booking__project")
    return rows.select_related("requested_by").get(pk=pk)


def _returned(row: Settlement) -> str:
    return format_money(row.refund_amount, row.currency)
