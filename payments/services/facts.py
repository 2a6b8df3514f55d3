"""From rows to dated facts and back: what the pure rules of allocation and interest are given (R8.5)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from bookings.models import Booking
from payments.enums import (
    AdjustmentKind,
    AdjustmentState,
    DemandKind,
    Part,
    PaymentType,
    ReceiptState,
)
from payments.models import Adjustment, CreditLine, CreditNote, DemandLine, Payment
from payments.rules.facts import Item, Money, Target
from realestate.core.db.remembered import Values, instances

OUTSIDE_THE_ACCOUNT = frozenset({PaymentType.MAINTENANCE})  # not for the purchase (contract 0.8)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A booking's demand lines, and what was received or credited."""

    lines: tuple[DemandLine, ...]
    items: tuple[Item, ...]
    money: tuple[Money, ...]

    def line(self, pk: int) -> DemandLine:
        """A demand line by its key."""
        return next(line for line in self.lines if line.pk == pk)


def counted_payments(booking: Booking, *states: ReceiptState) -> list[Payment]:
    """Receipts of the purchase in some states, in the order of R8.5: value date, then as they were numbered."""

    def counted(values: Values) -> QuerySet[Payment]:
        rows = Payment.objects.filter(booking=values["booking"], state__in=states)
        inside = rows.filter(is_held_excess=False).exclude(payment_type__in=OUTSIDE_THE_ACCOUNT)
        return inside.order_by("paid_date", "serial", "pk")

    return instances(Payment, ("counted", *states), counted, {"booking": booking.pk})


def facts_of(booking: Booking) -> Facts:
    """Everything dated about a booking's money, from five queries that are asked so often that their SQL is kept."""
    of_booking = {"booking": booking.pk}
    lines = tuple(instances(DemandLine, "of a booking", _demanded, of_booking, related="demand"))
    payments = counted_payments(booking, ReceiptState.CLEARED)
    money = (*_receipts(booking, payments), *_credits(booking))
    return Facts(lines=lines, items=items_of(lines), money=money)


def _demanded(values: Values) -> QuerySet[DemandLine]:
    rows = DemandLine.objects.filter(demand__booking=values["booking"])
    return rows.order_by("demand__issued_on", "demand_id", "sequence")


def items_of(lines: Iterable[DemandLine]) -> tuple[Item, ...]:
    """Principal and tax of each line as items of their own (R8.2); parts of nothing are none."""
    return tuple(
        Item(
            line=line.pk,
            part=part,
            issued_on=line.demand.issued_on,
            due_on=line.demand.due_on,
            demand=line.demand_id,
            sequence=line.sequence,
            amount=amount,
            is_interest=line.demand.kind == DemandKind.INTEREST,
        )
        for line in lines
        for part, amount in ((Part.TAX, line.tax), (Part.PRINCIPAL, line.principal))
        if amount > 0
    )


def money_of(
    payment: Payment, targets: tuple[Target, ...] = (), number: int | None = None
) -> Money:
    """A receipt as the rules see it; ``number`` is its place among those of a day."""
    if payment.paid_date is None:  # pragma: no cover  # the constraint completed_payment_has_a_date
        message = f"{payment} has no value date"
        raise ValueError(message)
    return Money(
        key=("payment", payment.pk or 0),
        value_on=payment.paid_date,
        number=payment.pk or 0 if number is None else number,
        amount=payment.amount,
        targets=targets,
    )


def _receipts(booking: Booking, payments: Iterable[Payment]) -> list[Money]:
    fixed: dict[int, list[Target]] = defaultdict(list)
    for row in instances(Adjustment, "by hand", _by_hand, {"booking": booking.pk}):
        fixed[row.payment_id or 0].append(
            Target(line=row.demand_line_id, part=Part(row.part), amount=row.amount)
        )
    return [
        money_of(payment, tuple(fixed[payment.pk]), number)
        for number, payment in enumerate(payments)
    ]


def _by_hand(values: Values) -> QuerySet[Adjustment]:
    rows = Adjustment.objects.filter(booking=values["booking"], kind=AdjustmentKind.ALLOCATION)
    return rows.filter(state=AdjustmentState.APPROVED).order_by("pk")


def _credits(booking: Booking) -> list[Money]:
    targets: dict[int, list[Target]] = defaultdict(list)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    of_booking = {"booking": booking.pk}
    for row in instances(CreditLine, "of a booking", _credited, of_booking):
        amounts[row.credit_note_id] += row.principal + row.tax
        parts = ((Part.TAX, row.tax), (Part.PRINCIPAL, row.principal))
        if row.demand_line_id is not None:
            targets[row.credit_note_id] += [
                Target(line=row.demand_line_id, part=part, amount=amount)
                for part, amount in parts
                if amount > 0
            ]
    return [
        credit_money(note.pk, note.issued_on, amounts[note.pk], tuple(targets[note.pk]))
        for note in instances(CreditNote, "of a booking", _notes, of_booking)
    ]


def _credited(values: Values) -> QuerySet[CreditLine]:
    return CreditLine.objects.filter(credit_note__booking=values["booking"]).order_by("pk")


def _notes(values: Values) -> QuerySet[CreditNote]:
    return CreditNote.objects.filter(booking=values["booking"]).order_by("issued_on", "pk")


def credit_money(pk: int, value_on: date, amount: Decimal, targets: tuple[Target, ...]) -> Money:
    """A credit note as the rules see it."""
    return Money(key=("credit", pk), value_on=value_on, number=pk, amount=amount, targets=targets)
