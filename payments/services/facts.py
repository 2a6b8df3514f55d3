"""From rows to dated facts and back: what the pure rules of allocation and interest are given (R8.5)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

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
from realestate.core.db.remembered import Values, columns, instances

Keys = Sequence[int]  # of bookings
Row = TypeVar("Row", bound=Model)
Thing = TypeVar("Thing")
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
        return _counted(values, *states)

    return instances(Payment, ("counted", *states), counted, {"booking": booking.pk})


def _counted(values: Values, *states: ReceiptState) -> QuerySet[Payment]:
    rows = Payment.objects.filter(**_of("booking", values), state__in=states)
    inside = rows.filter(is_held_excess=False).exclude(payment_type__in=OUTSIDE_THE_ACCOUNT)
    return inside.order_by("paid_date", "serial", "pk")


def facts_of(booking: Booking) -> Facts:
    """Everything dated about a booking's money, from four queries that are asked so often that their SQL is kept."""
    return facts_of_all([booking.pk])[booking.pk]


def facts_of_all(keys: Keys) -> dict[int, Facts]:
    """The same for several bookings, by key, from four queries too."""
    lines = _by_booking(
        keys,
        _rows(DemandLine, "of a booking", _demanded, keys, related="demand"),
        lambda line: line.demand.booking_id,
    )
    received, credited = _receipts(keys), _credits(keys)
    return {
        key: Facts(
            lines=tuple(lines[key]),
            items=items_of(lines[key]),
            money=(*received[key], *credited[key]),
        )
        for key in keys
    }


def _rows(
    model: type[Row],
    name: Hashable,
    build: Callable[[Values], QuerySet[Row]],
    keys: Keys,
    *,
    related: str = "",
) -> list[Row]:
    """Rows of one booking, whose SQL is remembered, or of several; each with the row behind a foreign key."""
    if len(keys) == 1:
        return instances(model, name, build, {"booking": keys[0]}, related=related)
    rows = build({"booking": keys})
    return [*(rows.select_related(related) if related else rows)]


def _columns(
    name: Hashable, build: Callable[[Values], QuerySet[Any]], keys: Keys
) -> list[tuple[Any, ...]]:
    """The same for plain columns."""
    if len(keys) == 1:
        return columns(name, build, {"booking": keys[0]})
    return [*build({"booking": keys})]


def _of(path: str, values: Values) -> dict[str, Any]:
    """The condition that a row is of the booking, or of one of the bookings."""
    wanted = values["booking"]
    return {path if isinstance(wanted, int) else f"{path}__in": wanted}


def _by_booking(
    keys: Keys, rows: Iterable[Thing], booking_of: Callable[[Thing], int]
) -> dict[int, list[Thing]]:
    found: dict[int, list[Thing]] = {key: [] for key in keys}
    for row in rows:
        found[booking_of(row)].append(row)
    return found


def _demanded(values: Values) -> QuerySet[DemandLine]:
    rows = DemandLine.objects.filter(**_of("demand__booking", values))
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


def money_of(payment: Payment, *, number: int) -> Money:
    """A receipt as the rules see it; ``number`` is its place among those of a day."""
    if payment.paid_date is None:  # pragma: no cover  # the constraint completed_payment_has_a_date
        message = f"{payment} has no value date"
        raise ValueError(message)
    return Money(
        key=("payment", payment.pk or 0),
        value_on=payment.paid_date,
        number=number,
        amount=payment.amount,
    )


def _receipts(keys: Keys) -> dict[int, list[Money]]:
    """Booking → its receipts as the rules see them, numbered as they stand in the account."""
    fixed = _fixed(keys)
    found: dict[int, list[Money]] = {key: [] for key in keys}
    for booking, key, day, amount in _columns("receipts", _received, keys):
        receipt = Money(
            key=("payment", key),
            value_on=day,
            number=len(found[booking]),
            amount=amount,
            targets=tuple(fixed[key]),
        )
        found[booking].append(receipt)
    return found


def _received(values: Values) -> QuerySet[Any]:
    rows = _counted(values, ReceiptState.CLEARED)
    return rows.values_list("booking", "pk", "paid_date", "amount")


def _fixed(keys: Keys) -> Mapping[int, list[Target]]:
    """Payment → what it must pay by hand."""
    fixed: dict[int, list[Target]] = defaultdict(list)
    for row in _rows(Adjustment, "by hand", _by_hand, keys):
        fixed[row.payment_id or 0].append(
            Target(line=row.demand_line_id, part=Part(row.part), amount=row.amount)
        )
    return fixed


def _by_hand(values: Values) -> QuerySet[Adjustment]:
    rows = Adjustment.objects.filter(**_of("booking", values), kind=AdjustmentKind.ALLOCATION)
    return rows.filter(state=AdjustmentState.APPROVED).order_by("pk")


def _credits(keys: Keys) -> dict[int, list[Money]]:
    """Booking → its credit notes as the rules see them."""
    targets: dict[int, list[Target]] = defaultdict(list)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    notes: dict[int, CreditNote] = {}  # each has a line: a note says how much of what
    for row in _rows(CreditLine, "of a booking", _credited, keys, related="credit_note"):
        notes[row.credit_note_id] = row.credit_note
        amounts[row.credit_note_id] += row.principal + row.tax
        parts = ((Part.TAX, row.tax), (Part.PRINCIPAL, row.principal))
        if row.demand_line_id is not None:
            targets[row.credit_note_id] += [
                Target(line=row.demand_line_id, part=part, amount=amount)
                for part, amount in parts
                if amount > 0
            ]
    found: dict[int, list[Money]] = {key: [] for key in keys}
    for note in notes.values():
        money = credit_money(note.pk, note.issued_on, amounts[note.pk], tuple(targets[note.pk]))
        found[note.booking_id].append(money)
    return found


def _credited(values: Values) -> QuerySet[CreditLine]:
    rows = CreditLine.objects.filter(**_of("credit_note__booking", values))
    return rows.order_by("credit_note__issued_on", "credit_note_id", "pk")


def credit_money(pk: int, value_on: date, amount: Decimal, targets: tuple[Target, ...]) -> Money:
    """A credit note as the rules see it."""
    return Money(key=("credit", pk), value_on=value_on, number=pk, amount=amount, targets=targets)
