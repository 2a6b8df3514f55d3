"""What lowers a debt without money speaks: waivers, allocations by hand, and credit notes (R7.5, R8.5, R9)."""

from typing import NamedTuple

from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import buyer, one, tell, who_decides
from payments.enums import AdjustmentKind, AdjustmentState, CreditKind
from payments.events import AdjustmentDecided, AdjustmentRequested, CreditNoteIssued
from payments.models import Adjustment, CreditNote
from realestate.core.amounts import format_money
from realestate.core.enums import Duty
from realestate.core.events import on
from realestate.core.money import ZERO


class Saying(NamedTuple):
    """What a credit note means to the buyer."""

    title: str
    message: str


SAYINGS = {
    CreditKind.CORRECTION: Saying(
        "Demand cancelled",
        "{demands} for booking {number} was cancelled by credit note {note} of {amount}. Reason: {reason}",
    ),
    CreditKind.INTEREST: Saying(
        "Late interest lowered",
        "Late interest of booking {number} was computed anew: credit note {note} lowers {demands} by {amount}.",
    ),
    CreditKind.OMISSION: Saying(
        "Credit for omitted work",
        "Credit note {note} of {amount} was issued for booking {number}: {reason}.",
    ),
}
# The buyer reads of these in the news of the waiver or of the settlement that they come from.
TOLD_OTHERWISE = {CreditKind.WAIVER, CreditKind.CANCELLATION, CreditKind.DELAY}


@on(AdjustmentRequested)
def tell_who_approves_adjustment(event: AdjustmentRequested) -> None:
    """The builder and staff, without who asked: how much of what, and why."""
    row = _adjustment(event.adjustment_id)
    demand, amount = row.demand_line.demand, format_money(row.amount, row.booking.currency)
    what = f"{amount} of {demand.number} is to be waived"
    if row.payment is not None:
        what = f"{amount} of receipt {row.payment.receipt_number} is to pay {demand.number}"
    tell(
        *who_decides(row.booking.project.builder_id, Duty.FINANCE, without=[row.requested_by_id]),
        notification_type=NotificationType.PAYMENT_DUE,
        title=f"{_title(row)} to approve",
        message=f"{what} (booking {row.booking.booking_number}). Please approve or refuse it. Reason: {row.reason}",
        related=("adjustment", row.pk),
        dedupe_key=f"adjustment:{row.pk}:requested",
        priority=Priority.HIGH,
    )


@on(AdjustmentDecided)
def tell_of_decided_adjustment(event: AdjustmentDecided) -> None:
    """Who asked; and of a granted waiver the buyer."""
    row = _adjustment(event.adjustment_id)
    demand, amount = row.demand_line.demand, format_money(row.amount, row.booking.currency)
    number, kind = row.booking.booking_number, AdjustmentKind(row.kind)
    is_approved = row.state == AdjustmentState.APPROVED
    became = "approved" if is_approved else "refused"
    reason = f" Reason: {row.decision_reason}" if row.decision_reason else ""
    tell(
        one(row.requested_by),
        notification_type=NotificationType.PAYMENT_DUE,
        title=f"{_title(row)} {became}",
        message=f"The {kind.label.lower()} that you asked for ({amount}, {demand.number}, booking {number}) was"
        f" {became}.{reason}",
        related=("adjustment", row.pk),
        dedupe_key=f"adjustment:{row.pk}:decided",
    )
    if is_approved and kind == AdjustmentKind.WAIVER:
        tell(
            buyer(row.booking.customer_id),
            notification_type=NotificationType.PAYMENT_DUE,
            title="Waiver granted",
            message=f"{amount} of {demand.number} for booking {number} was waived; you need not pay it.",
            related=("adjustment", row.pk),
            dedupe_key=f"adjustment:{row.pk}:granted",
        )


@on(CreditNoteIssued)
def tell_buyer_of_credit(event: CreditNoteIssued) -> None:
    """Which demand was cancelled or lowered, by how much and why; waivers and settlements speak for themselves."""
    note = CreditNote.objects.select_related("booking").get(pk=event.credit_note_id)
    kind = CreditKind(note.kind)
    if kind in TOLD_OTHERWISE:
        return
    lines = list(note.lines.select_related("demand_line__demand").order_by("demand_line__demand"))
    demands = [line.demand_line.demand for line in lines if line.demand_line is not None]
    amount = sum((line.principal + line.tax for line in lines), ZERO)
    saying = SAYINGS[kind]
    tell(
        buyer(note.booking.customer_id),
        notification_type=NotificationType.PAYMENT_DUE,
        title=saying.title,
        message=saying.message.format(
            demands=", ".join(dict.fromkeys(demand.number for demand in demands)),
            number=note.booking.booking_number,
            note=note.number,
            amount=format_money(amount, note.currency),
            reason=note.reason,
        ),
        related=("credit_note", note.pk),
        dedupe_key=f"credit_note:{note.pk}:issued",
    )


def _adjustment(pk: int) -> Adjustment:
    rows = Adjustment.objects.select_related("booking__project", "demand_line__demand")
    return rows.select_related("payment", "requested_by").get(pk=pk)


def _title(row: Adjustment) -> str:
    return AdjustmentKind(row.kind).label
