"""R8: which money pays which open item. A pure function of the dated facts, so that it can be replayed at any time."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from payments.enums import AllocationPreset, Part
from payments.rules.facts import Applied, Item, ItemKey, Money, SourceKey
from realestate.core.money import ZERO

Order = Callable[[Item, date], tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Allocated:
    """Which money is on which item, in the order in which it happened, and what is left of each as an advance."""

    applied: tuple[Applied, ...]
    advances: Mapping[SourceKey, Decimal]


@dataclass
class _Book:
    """What is still open and still unused while the days go by."""

    open: dict[ItemKey, Decimal]
    reserved: dict[ItemKey, Decimal]  # for allocations by hand that have not happened yet
    left: dict[SourceKey, Decimal]
    applied: dict[tuple[SourceKey, ItemKey, bool], Applied] = field(default_factory=dict)

    def put(  # what an allocation is made of
        self, money: Money, key: ItemKey, wanted: Decimal, day: date, *, is_manual: bool = False
    ) -> None:
        room = self.open[key] - (ZERO if is_manual else self.reserved.get(key, ZERO))
        part = min(self.left[money.key], wanted, room)
        if part <= 0:
            return
        self.left[money.key] -= part
        self.open[key] -= part
        place = (money.key, key, is_manual)
        before = self.applied[place].amount if place in self.applied else ZERO
        self.applied[place] = Applied(
            source=money.key,
            line=key[0],
            part=key[1],
            amount=before + part,
            applied_on=day,
            is_manual=is_manual,
        )


def allocate(
    items: Iterable[Item], money: Iterable[Money], preset: AllocationPreset, until: date
) -> Allocated:
    """Allocate money to items up to a day (R8.3-5), in whatever order the facts are given.

    Day by day: money of the day, credit notes first and receipts as they are numbered, goes to the items issued by
    then; what is left is an advance and is tried again, oldest first, on every day on which something is issued.
    Allocations by hand are fixed points: their part of an item is kept free for them from the start. A credit note
    goes to the lines that it names; what they do not need becomes an advance. The result for an earlier ``until`` is
    the part of the result for a later one that had happened by then.
    """
    known = sorted(
        (item for item in items if item.issued_on <= until), key=lambda item: item.issued_on
    )
    sources = sorted(
        money, key=lambda each: (each.value_on, not each.is_credit, each.number, each.key)
    )
    book = _Book(
        open={item.key: item.amount for item in known},
        reserved=_reserved(sources),
        left={each.key: each.amount for each in sources if each.value_on <= until},
    )
    order, coming = ORDERS[preset], deque(known)
    arriving = deque(each for each in sources if each.value_on <= until)
    issued: dict[ItemKey, Item] = {}
    # An item that is paid stays paid and money that is used stays used; in a long account nearly all are.
    unpaid: list[Item] = []
    unused: list[Money] = []
    for day in sorted(
        {item.issued_on for item in known} | {m.value_on for m in sources if m.value_on <= until}
    ):
        while coming and coming[0].issued_on <= day:
            unpaid.append(coming.popleft())
            issued[unpaid[-1].key] = unpaid[-1]
        while arriving and arriving[0].value_on <= day:
            unused.append(arriving.popleft())
        for each in unused:
            if book.left[each.key] > 0 and (unpaid or each.targets):
                _use(book, each, issued, unpaid=unpaid, order=order, day=day)
                unpaid = [item for item in unpaid if book.open[item.key] > 0]
        unused = [each for each in unused if book.left[each.key] > 0]
    return Allocated(
        applied=tuple(book.applied.values()),
        advances={key: left for key, left in book.left.items() if left > 0},
    )


def _use(
    book: _Book,
    money: Money,
    issued: Mapping[ItemKey, Item],
    *,
    unpaid: Sequence[Item],
    order: Order,
    day: date,
) -> None:
    for target in money.targets:
        item = issued.get((target.line, target.part))
        if item is None or day != max(money.value_on, item.issued_on):
            continue
        if not money.is_credit:
            book.reserved[item.key] -= target.amount
        book.put(money, item.key, target.amount, day, is_manual=not money.is_credit)
    waiting = _waiting(money, issued)
    for item in sorted(unpaid, key=lambda each: order(each, money.value_on)):
        free = book.left[money.key] - waiting
        if free <= 0:
            return
        book.put(money, item.key, free, day)


def _waiting(money: Money, issued: Mapping[ItemKey, Item]) -> Decimal:
    """What this money must keep for items that it is to pay by hand and that are not issued yet."""
    return sum(
        (
            target.amount
            for target in money.targets
            if not money.is_credit and (target.line, target.part) not in issued
        ),
        ZERO,
    )


def _reserved(sources: Iterable[Money]) -> dict[ItemKey, Decimal]:
    reserved: dict[ItemKey, Decimal] = {}
    for each in sources:
        if each.is_credit:
            continue
        for target in each.targets:
            key = (target.line, target.part)
            reserved[key] = reserved.get(key, ZERO) + target.amount
    return reserved


def _oldest(item: Item) -> tuple[object, ...]:
    """Oldest first; within a line tax before principal."""
    return (item.due_on, item.demand, item.sequence, item.part != Part.TAX, item.line)


def _oldest_due(item: Item, value_on: date) -> tuple[object, ...]:
    """What is due on or before the value date, then interest, then what falls due later."""
    if item.is_interest:
        return (1, *_oldest(item))
    return (0 if item.due_on <= value_on else 2, *_oldest(item))


def _contract_in(item: Item, _value_on: date) -> tuple[object, ...]:
    """All taxes, then interest, then principal."""
    if item.part == Part.TAX:
        return (0, *_oldest(item))
    return (1 if item.is_interest else 2, *_oldest(item))


def _interest_first(item: Item, value_on: date) -> tuple[object, ...]:
    return (not item.is_interest, *_oldest_due(item, value_on))


ORDERS: Mapping[AllocationPreset, Order] = {
    AllocationPreset.OLDEST_DUE: _oldest_due,
    AllocationPreset.CONTRACT_IN: _contract_in,
    AllocationPreset.INTEREST_FIRST: _interest_first,
}
