"""The allocation that follows from the ledger: replaying it, and how a booking stands (R8, R10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from bookings.models import Booking
from payments.enums import AllocationPreset, DemandKind, EntryKind, Part
from payments.models import Allocation, DemandLine, LedgerEntry, Terms
from payments.rules.allocation import allocate
from payments.rules.facts import Applied, ItemKey
from payments.services.facts import Facts, facts_of
from payments.services.terms import terms_of
from realestate.core import clock
from realestate.core.money import ZERO

END_OF_TIME = date.max


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A part of a demand line and what is still open of it."""

    line: int
    part: Part
    demand: int
    kind: DemandKind
    due_on: date
    amount: Decimal
    open: Decimal


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a booking's account stands."""

    items: tuple[OpenItem, ...]  # also those that are paid
    advances: Decimal  # received or credited, and not applied to anything yet
    received: Decimal
    received_tax: Decimal  # by what it was allocated to
    received_interest: Decimal
    received_charges: Decimal  # principal outside the consideration
    balance: Decimal

    @property
    def received_consideration(self) -> Decimal:
        """What was received for the home itself; money not applied yet counts in full (R6)."""
        return self.received - self.received_tax - self.received_interest - self.received_charges

    @property
    def open(self) -> Decimal:
        """The sum of all open items; open less advances is the balance (R10.4)."""
        return sum((item.open for item in self.items), ZERO)

    @property
    def unpaid_interest(self) -> Decimal:
        """Late interest that was posted and is not paid."""
        return sum((i.open for i in self.items if i.kind == DemandKind.INTEREST), ZERO)


def reallocate(booking: Booking) -> Facts:
    """Replay the allocation from all dated facts and store the difference: what is no longer so is superseded (R8.5).

    Within the caller's service, with the booking locked. Running it twice changes nothing.
    """
    facts = facts_of(booking)
    reallocate_all({booking.pk: facts}, {booking.pk: terms_of(booking)})
    return facts


def reallocate_all(facts: Mapping[int, Facts], terms: Mapping[int, Terms]) -> None:
    """The same for several bookings, by key, whose facts are at hand: one statement for what is stale, one for new."""
    wanted = {
        (key, *_key_of(row)): row
        for key, known in facts.items()
        for row in _allocated(known, terms[key])
    }
    now = clock.now()
    stale = []
    for row in Allocation.objects.live().filter(booking__in=list(facts)):
        place = (row.booking_id, *_stored_key(row))
        match = wanted.get(place)
        if match and (match.amount, match.applied_on) == (row.amount, row.applied_on):
            del wanted[place]
        else:
            stale.append(row.pk)
    Allocation.objects.filter(pk__in=stale).update(superseded_at=now)
    Allocation.objects.bulk_create(
        Allocation(
            booking_id=place[0],
            payment_id=row.source[1] if row.source[0] == "payment" else None,
            credit_note_id=row.source[1] if row.source[0] == "credit" else None,
            demand_line_id=row.line,
            part=row.part,
            amount=row.amount,
            applied_on=row.applied_on,
            is_manual=row.is_manual,
            created_at=now,
        )
        for place, row in wanted.items()
    )


def _allocated(facts: Facts, terms: Terms) -> tuple[Applied, ...]:
    preset = AllocationPreset(terms.allocation)
    return allocate(facts.items, facts.money, preset, END_OF_TIME).applied


def standing(booking: Booking, on: date | None = None) -> Standing:
    """How the account stands, as of a day if one is named: facts after it do not count (R10)."""
    facts = facts_of(booking)
    until = on or END_OF_TIME
    result = allocate(
        facts.items, facts.money, AllocationPreset(terms_of(booking).allocation), until
    )
    return standing_of(
        facts, result.applied, until, balance=balance_of(booking, until), gone=gone(booking, until)
    )


def standing_of(
    facts: Facts,
    applied: tuple[Applied, ...],
    until: date,
    *,
    balance: Decimal,
    gone: Decimal = ZERO,
) -> Standing:
    """The same from facts and an allocation that are at hand; ``gone`` is money returned or kept on cancellation."""
    paid: dict[ItemKey, Decimal] = {}
    by_payments: dict[ItemKey, Decimal] = {}
    for row in applied:
        key = (row.line, row.part)
        paid[key] = paid.get(key, ZERO) + row.amount
        if row.source[0] == "payment":
            by_payments[key] = by_payments.get(key, ZERO) + row.amount
    lines = {line.pk: line for line in facts.lines}
    items = tuple(
        OpenItem(
            line=item.line,
            part=item.part,
            demand=item.demand,
            kind=DemandKind(lines[item.line].demand.kind),
            due_on=item.due_on,
            amount=item.amount,
            open=item.amount - paid.get(item.key, ZERO),
        )
        for item in facts.items
        if item.issued_on <= until
    )

    money = [source for source in facts.money if source.value_on <= until]
    tax = sum((amount for (_, part), amount in by_payments.items() if part == Part.TAX), ZERO)
    return Standing(
        items=items,
        advances=sum((m.amount for m in money), ZERO) - sum(paid.values(), ZERO) - gone,
        received=sum((m.amount for m in money if not m.is_credit), ZERO),
        received_tax=tax,
        received_interest=_outside(by_payments, lines, interest=True),
        received_charges=_outside(by_payments, lines, interest=False),
        balance=balance,
    )


def _outside(
    paid: Mapping[ItemKey, Decimal], lines: Mapping[int, DemandLine], *, interest: bool
) -> Decimal:
    """What was received for principal outside the consideration: interest, or charges."""
    return sum(
        (
            amount
            for (line, part), amount in paid.items()
            if part == Part.PRINCIPAL
            and (lines[line].demand.kind == DemandKind.INTEREST) == interest
            and not lines[line].in_consideration
        ),
        ZERO,
    )


def balance_of(booking: Booking, until: date = END_OF_TIME) -> Decimal:
    """Σ debits less Σ credits valued up to a day; positive: the buyer owes (R0)."""
    sums = LedgerEntry.objects.filter(booking=booking, value_on__lte=until).aggregate(
        debit=Sum("debit", default=ZERO), credit=Sum("credit", default=ZERO)
    )
    return Decimal(sums["debit"]) - Decimal(sums["credit"])


def gone(booking: Booking, until: date) -> Decimal:
    """Debits that no item stands for: refunds paid, and what was kept of the money when the booking ended."""
    rows = LedgerEntry.objects.filter(booking=booking, value_on__lte=until, kind__in=RETURNED)
    return Decimal(rows.aggregate(gone=Sum("debit", default=ZERO))["gone"])


RETURNED = (EntryKind.REFUND, EntryKind.FORFEIT)
Key = tuple[str, int, int, str, bool]


def _key_of(row: Applied) -> Key:
    return (*row.source, row.line, str(row.part), row.is_manual)


def _stored_key(row: Allocation) -> Key:
    source = ("payment", row.payment_id) if row.payment_id else ("credit", row.credit_note_id or 0)
    return (source[0], source[1] or 0, row.demand_line_id, row.part, row.is_manual)
