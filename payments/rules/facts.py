"""The dated facts that allocation and interest are computed from (R8.5, R9): plain values, no rows.

``Item`` and ``Money`` are what a booking's demands, receipts and credit notes come down to. The services load them,
the rules compute, the services store what came out.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.enums import Part

SourceKey = tuple[str, int]  # ("payment" or "credit", primary key)
ItemKey = tuple[int, Part]  # demand line and its part


@dataclass(frozen=True, kw_only=True)
class Item:
    """An open item (R8.2): the principal or the tax of a demand line, or a line of an interest note."""

    line: int
    part: Part
    issued_on: date
    due_on: date
    demand: int  # the order in which demands were numbered
    sequence: int
    amount: Decimal
    is_interest: bool = False

    @property
    def key(self) -> ItemKey:
        """What allocations name it by."""
        return (self.line, self.part)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A part of some money that must pay a certain item: a manual allocation or a credit note's line."""

    line: int
    part: Part
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Money:
    """What pays items: a cleared receipt, or a credit note; both dated by their value date."""

    key: SourceKey
    value_on: date
    number: int  # the order among those of a day
    amount: Decimal
    targets: tuple[Target, ...] = ()

    @property
    def is_credit(self) -> bool:
        """Credit notes are used before receipts of the same day."""
        return self.key[0] == "credit"


@dataclass(frozen=True, kw_only=True)
class Applied:
    """Some money on some item, from a day on."""

    source: SourceKey
    line: int
    part: Part
    amount: Decimal
    applied_on: date  # the later of the money's value date and the item's issue date
    is_manual: bool = False


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Percent per year from a day on."""

    valid_from: date
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Days on which balance and rate stood still; ``days`` counts first to last, both included."""

    first: date
    last: date
    days: int
    balance: Decimal
    percent: Decimal
    interest: Decimal  # unrounded


@dataclass(frozen=True, kw_only=True)
class Accrual:
    """Interest on one item up to a day, by segments; only ``amount`` is rounded (R9)."""

    segments: tuple[Segment, ...]
    unrounded: Decimal
    amount: Decimal
