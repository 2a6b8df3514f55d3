"""Payments speak: what is asked for, what has arrived, what is gone again, and who must act."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch

from accounts.models import User
from bookings.models import Booking
from notifications import services
from notifications.enums import NotificationType, Priority
from notifications.models import Delivery
from notifications.receivers.sides import BUILDER_URL, CUSTOMER_URL, buyer, tell, who_decides
from payments.enums import DemandKind, ReminderChannel
from payments.events import (
    DemandRaised,
    PaymentRecorded,
    PaymentRejected,
    PaymentReversed,
    ProofSubmitted,
    RefundNeeded,
    ReminderFellDue,
    WithholdingFellShort,
)
from payments.models import Demand, DemandLine, Payment, Refund, Reminder
from payments.services import OpenDemand, note_channel, open_demands
from realestate.core import clock
from realestate.core.amounts import format_day, format_money
from realestate.core.enums import Duty
from realestate.core.events import on
from realestate.core.events_together import on_many
from realestate.core.money import ZERO


@on(PaymentRecorded)
def tell_customer(event: PaymentRecorded) -> None:
    """Amount, kind and booking; the builder, too, when somebody else recorded it."""
    payment = Payment.objects.select_related("booking__project").get(pk=event.payment_id)
    booking = payment.booking
    amount = format_money(payment.amount, payment.currency)
    kind = payment.get_payment_type_display().lower()
    sides = (
        ({booking.customer_id}, CUSTOMER_URL),
        (_finance(booking), BUILDER_URL),
    )
    for people, url in sides:
        services.notify(
            user_ids=people - {payment.recorded_by_id},
            notification_type=NotificationType.PAYMENT_DUE,
            title="Payment recorded",
            message=f"{amount} ({kind}) was recorded for booking {booking.booking_number}.",
            related=("payment", payment.pk),
            dedupe_key=f"payment:{payment.pk}:recorded",
            action_url=url,
        )


@on_many(DemandRaised)
def tell_buyers_of_demands(events: Sequence[DemandRaised]) -> None:
    """What it is for, its amounts and its day; a demand of nothing is no news."""
    demands = Demand.objects.filter(pk__in=[event.demand_id for event in events])
    lines = Prefetch("lines", DemandLine.objects.order_by("sequence"))
    rows = demands.select_related("booking").prefetch_related(lines).order_by("pk")
    services.notify_all(tellings=[told for told in map(_asking, rows) if told is not None])


def _asking(demand: Demand) -> services.Telling | None:
    lines = list(demand.lines.all())
    principal = sum((line.principal for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    if principal + tax <= 0:
        return None
    is_interest = demand.kind == DemandKind.INTEREST
    what = demand.note or ", ".join(line.label for line in lines)
    amount = format_money(principal + tax, demand.currency)
    if tax:
        parts = [format_money(part, demand.currency) for part in (principal, tax)]
        amount += f" (principal {parts[0]}, tax {parts[1]})"
    return services.Telling(
        user_ids=[demand.booking.customer_id],
        notification_type=NotificationType.PAYMENT_DUE,
        title="Late interest charged" if is_interest else "Payment requested",
        message=f"{demand.number} for booking {demand.booking.booking_number}: {what}. {amount}"
        f" is due on {format_day(demand.due_on)}.",
        related=("demand", demand.pk),
        dedupe_key=f"demand:{demand.pk}:raised",
        options={"priority": Priority.HIGH, "action_url": CUSTOMER_URL},
    )


@on(PaymentReversed)
def tell_buyer_of_reversal(event: PaymentReversed) -> None:
    """The amount, the receipt and why."""
    payment = Payment.objects.select_related("booking").get(pk=event.payment_id)
    amount = format_money(payment.amount, payment.currency)
    reason = f" Reason: {payment.state_reason}" if payment.state_reason else ""
    services.notify(
        user_ids=[payment.booking.customer_id],
        notification_type=NotificationType.PAYMENT_DUE,
        title="Payment reversed",
        message=f"Your payment of {amount} for booking {payment.booking.booking_number} (receipt"
        f" {payment.receipt_number}) was reversed; what it had paid is open again.{reason}",
        related=("payment", payment.pk),
        dedupe_key=f"payment:{payment.pk}:reversed",
        priority=Priority.HIGH,
        action_url=CUSTOMER_URL,
    )


@on(PaymentRejected)
def tell_buyer_of_rejection(event: PaymentRejected) -> None:
    """Its proof, or a payment that the builder had recorded: the amount and why."""
    payment = Payment.objects.select_related("booking").get(pk=event.payment_id)
    booking = payment.booking
    is_proof = payment.recorded_by_id == booking.customer_id
    amount = format_money(payment.amount, payment.currency)
    what = f"Your proof of payment of {amount}" if is_proof else f"The payment of {amount}"
    tell(
        buyer(booking.customer_id),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Proof of payment rejected" if is_proof else "Payment rejected",
        message=f"{what} for booking {booking.booking_number} was rejected; it does not count as paid. Reason:"
        f" {payment.state_reason}",
        related=("payment", payment.pk),
        dedupe_key=f"payment:{payment.pk}:rejected",
        priority=Priority.HIGH,
    )


@on(ProofSubmitted)
def tell_builder_of_proof(event: ProofSubmitted) -> None:
    """Who says that it paid how much, and that an answer is awaited."""
    payment = Payment.objects.select_related("booking__customer", "booking__project").get(
        pk=event.payment_id
    )
    booking = payment.booking
    amount = format_money(payment.amount, payment.currency)
    services.notify(
        user_ids=_finance(booking),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Proof of payment to check",
        message=f"{booking.customer.full_name} says that {amount} was paid for booking"
        f" {booking.booking_number}. Please clear or reject it.",
        related=("payment", payment.pk),
        dedupe_key=f"payment:{payment.pk}:submitted",
        priority=Priority.HIGH,
        action_url=BUILDER_URL,
    )


@on(RefundNeeded)
def tell_who_refunds(event: RefundNeeded) -> None:
    """The builder and staff: how much, until when and why."""
    refund = Refund.objects.select_related("booking__customer", "booking__project").get(
        pk=event.refund_id
    )
    booking = refund.booking
    amount = format_money(refund.amount, refund.currency)
    tell(
        *who_decides(booking.project.builder_id, Duty.FINANCE),
        notification_type=NotificationType.PAYMENT_DUE,
        title="Refund needed",
        message=f"{amount} must be returned to {booking.customer.full_name} (booking"
        f" {booking.booking_number}) by {format_day(refund.due_on)}. Reason: {refund.reason}",
        related=("refund", refund.pk),
        dedupe_key=f"refund:{refund.pk}:needed",
        priority=Priority.HIGH,
    )


@on(ReminderFellDue)
def remind_buyer(event: ReminderFellDue) -> None:
    """R20: one message for everything of a booking on a day, with principal, tax and interest apart.

    It is always shown in the app, and goes by e-mail to those who want that; only then is it noted for e-mail.
    """
    rows = list(Reminder.objects.filter(pk__in=event.reminder_ids))
    booking = Booking.objects.select_related("project", "unit").get(pk=event.booking_id)
    today = clock.local(rows[0].sent_at, booking.project.time_zone).date()
    dues = open_demands(booking, [row.demand_id for row in rows], today)
    is_late = any(due.demand.due_on < today for due in dues)
    key = f"booking:{booking.pk}:reminder:{today.isoformat()}"
    services.notify(
        user_ids=[booking.customer_id],
        notification_type=NotificationType.PAYMENT_DUE,
        title="Payment overdue" if is_late else "Payment reminder",
        message=_reminder(booking, dues, today),
        related=("booking", booking.pk),
        dedupe_key=key,
        priority=Priority.HIGH,
        action_url=CUSTOMER_URL,
    )
    sent = Delivery.objects.filter(
        notification__user=booking.customer_id, notification__dedupe_key=key
    )
    for channel in sorted({*sent.values_list("channel", flat=True)} & {*ReminderChannel.values}):
        note_channel(reminder_ids=event.reminder_ids, channel=ReminderChannel(channel))


def _finance(booking: Booking) -> set[int]:
    """Who looks after a booking's money on the builder's side."""
    people: set[int] = User.objects.keys_acting_for(booking.project.builder_id, Duty.FINANCE)
    return people


def _reminder(booking: Booking, dues: tuple[OpenDemand, ...], today: date) -> str:
    """A line per demand, and what they come to."""
    currency = booking.currency
    unit = f", unit {booking.unit.unit_number}" if booking.unit else ""
    lines = [f"Booking {booking.booking_number}{unit} in {booking.project.project_name}:"]
    for due in dues:
        tense = "was" if due.demand.due_on < today else "is"
        lines.append(
            f"{due.demand.number} {tense} due on {format_day(due.demand.due_on)}: "
            f"{_parts(due.principal, due.tax, due.interest, currency)}."
        )
    if len(dues) > 1:
        sums = [
            sum((getattr(due, part) for due in dues), ZERO)
            for part in ("principal", "tax", "interest")
        ]
        lines.append(f"In all: {_parts(sums[0], sums[1], sums[2], currency)}.")
    return "\n".join(lines)


def _parts(principal: Decimal, tax: Decimal, interest: Decimal, currency: str) -> str:
    shown = [format_money(part, currency) for part in (principal, tax, interest)]
    total = format_money(principal + tax + interest, currency)
    return f"{total} (principal {shown[0]}, tax {shown[1]}, interest {shown[2]})"


@on(WithholdingFellShort)
def tell_of_shortfall(event: WithholdingFellShort) -> None:
    """Buyer and builder: how much tax should have been withheld so far; nobody deducts it silently (R3.6)."""
    booking = Booking.objects.select_related("project").get(pk=event.booking_id)
    amount = format_money(event.amount, booking.currency)
    for people, url in (({booking.customer_id}, CUSTOMER_URL), (_finance(booking), BUILDER_URL)):
        services.notify(
            user_ids=people,
            notification_type=NotificationType.PAYMENT_DUE,
            title="Tax to be withheld",
            message=f"With the latest change, booking {booking.booking_number} is above the amount from which buyers"
            f" withhold tax. {amount} should have been withheld from what was paid so far.",
            related=("booking", booking.pk),
            dedupe_key=f"booking:{booking.pk}:withholding",
            priority=Priority.HIGH,
            action_url=url,
        )
