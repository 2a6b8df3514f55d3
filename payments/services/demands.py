"""Raising demands: what a booking's schedule asks for when its triggers happen, each line once (R7)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.models import Booking
from payments.enums import DemandKind, EntryKind
from payments.events import DemandRaised
from payments.models import Demand, DemandLine, LedgerEntry, ScheduleLine, Terms
from payments.services.numbers import about, number_all
from payments.services.posting import post_all
from payments.services.terms import terms_of
from projects.enums import TaxClass
from projects.rules.tax import tax
from projects.services.prices import rates_on
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.events_together import publish_all
from realestate.core.money import ZERO

Rates = Mapping[str, Sequence[tuple[str, Decimal]]]  # tax class → components and percents
SERIES = {
    DemandKind.SCHEDULE: "demand",
    DemandKind.CHANGE: "demand",
    DemandKind.CHARGE: "charge",
    DemandKind.INTEREST: "interest",
}
ENTRIES = {
    DemandKind.SCHEDULE: EntryKind.DEMAND,
    DemandKind.CHANGE: EntryKind.DEMAND,
    DemandKind.CHARGE: EntryKind.CHARGE,
    DemandKind.INTEREST: EntryKind.INTEREST,
}


class DemandedAlready(DomainError):
    """This line of the schedule has been demanded already."""

    code, status = "demanded_already", 409


register_conflict("payments_demandline_schedule_line_id_key", DemandedAlready)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line of a demand to be raised: an amount before tax, in the booking's currency."""

    label: str
    principal: Decimal
    tax_class: TaxClass
    schedule_line: ScheduleLine | None = None
    of_line: DemandLine | None = None
    in_consideration: bool = True
    tax: Decimal | None = None  # agreed already; otherwise by the rates of the day
    working: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A demand to be raised: of whom, for what, and from when."""

    booking: Booking
    kind: DemandKind
    lines: Sequence[Wanted]
    issued_on: date
    due_on: date | None = None  # None: ``credit_days`` after its issue (R7.4)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A numbered demand with its taxes, not stored yet."""

    demand: Demand
    lines: tuple[DemandLine, ...]

    @property
    def total(self) -> Decimal:
        """Principal and tax, in the booking's currency."""
        return sum((line.principal + line.tax for line in self.lines), ZERO)

    @property
    def title(self) -> str:
        """What it is for, as the ledger says it."""
        return (self.demand.note or ", ".join(line.label for line in self.lines))[:300]


def raise_demand(
    *,
    actor: User | None,
    booking: Booking,
    kind: DemandKind,
    lines: Sequence[Wanted],
    issued_on: date,
    due_on: date | None = None,
    note: str = "",
) -> Demand:
    """Write a demand with its taxes and post it, within the caller's service and with the booking locked (R7.3-5).

    Due ``credit_days`` after its issue unless it says. The caller replays the account afterwards. Raises
    DemandedAlready (409) for a schedule line that was demanded before.
    """
    asked = Asked(
        booking=booking, kind=kind, lines=lines, issued_on=issued_on, due_on=due_on, note=note
    )
    drafts = draft_demands(actor, [asked], {} if due_on else {booking.pk: terms_of(booking)})
    write_demands(actor, drafts)
    return drafts[0].demand


def draft_demands(
    actor: User | None, asked: Iterable[Asked], terms: Mapping[int, Terms]
) -> list[Draft]:
    """Demands with numbers in the order in which they are given, by the terms of their bookings; nothing is stored.

    Each line carries its own tax, at the rate in force on the day of issue unless it was agreed (R3.1-2).
    """
    wanted, now = list(asked), clock.now()
    rates = _rates(wanted)
    drafts = []
    for each in wanted:
        demand = about(
            Demand(kind=each.kind, note=each.note),
            each.booking,
            SERIES[each.kind],
            each.issued_on,
        )
        demand.due_on = each.due_on or each.issued_on + timedelta(
            days=terms[each.booking.pk].credit_days
        )
        demand.created_by, demand.created_at = actor, now
        of_day = rates[each.issued_on]
        lines = (_line(demand, place, line, of_day) for place, line in enumerate(each.lines, 1))
        drafts.append(Draft(demand=demand, lines=tuple(lines)))
    number_all(draft.demand for draft in drafts)
    return drafts


def write_demands(actor: User | None, drafts: Sequence[Draft]) -> None:
    """Store drafts, post and tell them, in as many statements for many as for one.

    Within the caller's service, with the bookings locked. Raises DemandedAlready (409).
    """
    demands = [draft.demand for draft in drafts]
    Demand.objects.bulk_create(demands)
    DemandLine.objects.bulk_create([line for draft in drafts for line in draft.lines])
    post_all([_entry(draft) for draft in drafts])
    raised = {
        draft.demand.pk: audit.Change(
            after={"booking": draft.demand.booking_id, "amount": draft.total}
        )
        for draft in drafts
    }
    audit.record_all(actor, Demand, "raised", raised)
    publish_all([DemandRaised(demand_id=row.pk, booking_id=row.booking_id) for row in demands])


def _entry(draft: Draft) -> LedgerEntry:
    demand = draft.demand
    return LedgerEntry(
        booking=demand.booking,
        value_on=demand.issued_on,
        kind=ENTRIES[DemandKind(demand.kind)],
        debit=draft.total,
        label=draft.title,
        reference=demand.number,
        demand=demand,
    )


def _rates(asked: Iterable[Asked]) -> dict[date, Rates]:
    """Day of issue → the rates in force, from a statement for each day."""
    classes: dict[date, set[str]] = defaultdict(set)
    for each in asked:
        classes[each.issued_on] |= {str(line.tax_class) for line in each.lines}
    return {day: rates_on(day, of_day) for day, of_day in classes.items()}


def _line(demand: Demand, place: int, wanted: Wanted, rates: Rates) -> DemandLine:
    result = tax(wanted.principal, rates.get(wanted.tax_class, ()), demand.currency)
    return DemandLine(
        demand=demand,
        sequence=place,
        label=wanted.label,
        schedule_line=wanted.schedule_line,
        of_line=wanted.of_line,
        principal=wanted.principal,
        tax=result.total if wanted.tax is None else wanted.tax,
        tax_class=wanted.tax_class,
        working={
            **wanted.working,
            "components": [part.working.as_json() for part in result.components],
        },
        in_consideration=wanted.in_consideration,
    )
