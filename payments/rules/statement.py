"""The statement of account and ageing (R10): what a buyer can recompute with a pocket calculator."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.rules.withholding import Withholding
from realestate.core.money import ZERO

BUCKETS = (0, 30, 60, 90)  # the last day of each; later ones are in the last bucket


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
    withholding: Withholding | None = None  # not in the balance (R3.4)


def statement_lines(
    entries: Iterable[Entry], *, first_on: date | None, last_on: date
) -> tuple[Decimal, tuple[StatementLine, ...], Decimal]:
    """Balance brought forward, lines with their balances, and closing balance (R10.1-2).

    ``entries`` come in the order in which they were posted; they are put into that of value dates, debits before
    credits. What is valued after ``last_on`` is left out.
    """
    ordered = sorted(entries, key=lambda entry: (entry.value_on, entry.credit > 0))
    balance = sum(
        (e.debit - e.credit for e in ordered if first_on is not None and e.value_on < first_on),
        ZERO,
    )
    forward, lines = balance, []
    for entry in ordered:
        if entry.value_on > last_on or (first_on is not None and entry.value_on < first_on):
            continue
        balance += entry.debit - entry.credit
        lines.append(StatementLine(**vars(entry), balance=balance))
    return forward, tuple(lines), balance


def ageing(open_items: Iterable[tuple[date, Decimal]], advances: Decimal, *, on: date) -> Ageing:
    """What is open, by days past the due date on a day; ``open_items`` are (due date, open amount) (R10.5)."""
    buckets = [ZERO] * (len(BUCKETS) + 1)
    for due_on, amount in open_items:
        buckets[bisect_left(BUCKETS, (on - due_on).days)] += amount
    return Ageing(
        not_due=buckets[0],
        days_1_30=buckets[1],
        days_31_60=buckets[2],
        days_61_90=buckets[3],
        over_90=buckets[4],
        advances=advances,
    )
