"""The statement of account as of any day, computed from the dated facts (R10)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking
from payments.enums import AllocationPreset
from payments.models import LedgerEntry, Terms
from payments.rules.allocation import allocate
from payments.rules.facts import Accrual
from payments.rules.statement import Entry, Statement, ageing, statement_lines
from payments.services.facts import Facts, facts_of
from payments.services.ledger import RETURNED, Standing, gone, standing_of
from payments.services.planning import waiting_lines
from payments.services.replay import accrued, posted_net
from payments.services.terms import terms_of
from payments.services.withholding import withholding_of
from realestate.core.db.remembered import Values, columns
from realestate.core.money import ZERO


def statement_of(booking: Booking, *, first_on: date | None, last_on: date) -> Statement:
    """The account of a booking from a day (None: from the beginning) to a day, in the booking's currency (R10).

    Reading only. What is below the line is as of ``last_on``: facts after it do not count.
    """
    terms, entries = terms_of(booking), entries_of(booking, last_on)
    forward, lines, closing = statement_lines(entries, first_on=first_on, last_on=last_on)
    returned = sum((entry.debit for entry in entries if entry.kind in RETURNED), ZERO)
    facts, stand, interest = as_of(booking, last_on, closing, returned=returned, terms=terms)
    due_on, due = next_due(stand, last_on)
    return Statement(
        first_on=first_on,
        last_on=last_on,
        brought_forward=forward,
        lines=lines,
        closing=closing,
        accrued_interest=_unposted(booking, interest, last_on),
        undemanded=_undemanded(booking, facts, last_on),
        advance=stand.advances,
        next_due_on=due_on,
        next_due_amount=due,
        ageing=ageing(
            [(item.due_on, item.open) for item in stand.items], stand.advances, on=last_on
        ),
        withholding=withholding_of(booking, last_on, terms),
    )


def entries_of(booking: Booking, until: date) -> list[Entry]:
    """The ledger of a booking up to a value date, in the order in which it was posted (R10.1)."""
    of_booking = {"booking": booking.pk}
    rows = columns("entries of a booking", _entries, of_booking)
    return [
        Entry(value_on=day, kind=kind, reference=number, label=label, debit=debit, credit=credit)
        for day, kind, number, label, debit, credit in rows
        if day <= until
    ]


def _entries(values: Values) -> QuerySet[Any]:
    rows = LedgerEntry.objects.filter(booking=values["booking"]).order_by("pk")
    return rows.values_list("value_on", "kind", "reference", "label", "debit", "credit")


def interest_of(booking: Booking, on: date) -> dict[int, Accrual]:
    """Late interest per demand line up to a day, with its segments; for ``?explain=1`` and accruals (R9)."""
    return as_of(booking, on, ZERO)[2]


def next_due(stand: Standing, on: date) -> tuple[date | None, Decimal]:
    """The earliest day not before ``on`` on which something open falls due, and how much of it (R10.3)."""
    ahead = [item for item in stand.items if item.open > 0 and item.due_on >= on]
    day = min((item.due_on for item in ahead), default=None)
    return day, sum((item.open for item in ahead if item.due_on == day), ZERO)


def as_of(
    booking: Booking,
    on: date,
    balance: Decimal,
    *,
    returned: Decimal | None = None,
    terms: Terms | None = None,
) -> tuple[Facts, Standing, dict[int, Accrual]]:
    """The facts of a booking, how it stands on a day whose balance is known, and its late interest by line.

    ``returned``: the debits that no item stands for, where they are known already (``ledger.gone``); ``terms`` too.
    """
    facts, terms = facts_of(booking), terms or terms_of(booking)
    preset = AllocationPreset(terms.allocation)
    applied = allocate(facts.items, facts.money, preset, on).applied
    if returned is None:
        returned = gone(booking, on)
    stand = standing_of(facts, applied, on, balance=balance, gone=returned)
    return facts, stand, accrued(booking, facts, applied, on, terms=terms)


def _unposted(booking: Booking, interest: dict[int, Accrual], on: date) -> Decimal:
    accruing = {line: accrual for line, accrual in interest.items() if accrual.amount > 0}
    if not accruing:  # most accounts are paid in time
        return ZERO
    posted = posted_net(booking)
    total = ZERO
    for line, accrual in accruing.items():
        total += max(accrual.amount - posted_by(posted[line], on), ZERO)
    return total


def posted_by(per_day: Mapping[date, Decimal], on: date) -> Decimal:
    """How much of a line's interest was posted with a value date up to a day."""
    return sum((amount for day, amount in per_day.items() if day <= on), ZERO)


def _undemanded(booking: Booking, facts: Facts, on: date) -> Decimal:
    """What the schedule will still ask for, before tax: not demanded yet, or demanded after the day."""
    later = sum(
        (
            line.principal
            for line in facts.lines
            if line.schedule_line_id is not None and line.demand.issued_on > on
        ),
        ZERO,
    )
    waiting = columns("amounts that wait", _waiting, {"booking": booking.pk})
    return sum((amount for (amount,) in waiting), later)


def _waiting(values: Values) -> QuerySet[Any]:
    return waiting_lines(values["booking"]).order_by().values_list("amount")
