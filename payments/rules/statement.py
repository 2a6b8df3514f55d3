"""The statement of account and ageing (R10): what a buyer can recompute with a pocket calculator."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A ledger entry, as the statement needs it."""

    value_on: date
    kind: str
    reference: str
    label: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, kw_only=True)
class StatementLine(Entry):
    """An entry with the balance after it; positive: the buyer owes (R10.2)."""

    balance: Decimal


@dataclass(frozen=True, kw_only=True)
class Ageing:
    """What is open, by days past its due date (R10.5); advances stand apart and are never netted."""

    not_due: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    over_90: Decimal
    advances: Decimal


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The account of a booking over some days, and below the line what is not in the balance (R10.3)."""

    first_on: date | None  # None: from the beginning
    last_on: date
    brought_forward: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal
    accrued_interest: Decimal  # not posted yet
    undemanded: Decimal
    advance: Decimal
    next_due_on: date | None
    next_due_amount: Decimal
    ageing: Ageing
