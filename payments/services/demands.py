"""Raising demands: what a booking's schedule asks for when its triggers happen, each line once (R7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.models import Booking
from payments.enums import DemandKind, EntryKind
from payments.events import DemandRaised
from payments.models import Demand, DemandLine, ScheduleLine
from payments.services.ledger import post
from payments.services.numbers import numbered
from payments.services.terms import terms_of
from projects.enums import TaxClass
from projects.models import TaxRate
from projects.rules.tax import tax
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.money import ZERO

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
    demand = numbered(Demand(kind=kind, note=note), booking, SERIES[kind], issued_on)
    demand.due_on = due_on or issued_on + timedelta(days=terms_of(booking).credit_days)
    demand.created_by = actor
    demand.created_at = clock.now()
    demand.save(force_insert=True)
    rows = [_line(demand, place, wanted) for place, wanted in enumerate(lines, start=1)]
    DemandLine.objects.bulk_create(rows)
    total = sum((row.principal + row.tax for row in rows), ZERO)
    post(
        booking=booking,
        value_on=issued_on,
        kind=ENTRIES[kind],
        debit=total,
        label=_title(rows, note),
        reference=demand.number,
        demand=demand,
    )
    audit.record(actor, demand, "raised", after={"booking": booking.pk, "amount": total})
    publish(DemandRaised(demand_id=demand.pk, booking_id=booking.pk))
    return demand


def _line(demand: Demand, place: int, wanted: Wanted) -> DemandLine:
    """R3.1-2: each line carries its own tax, at the rate in force on the demand's issue date unless it was agreed."""
    rates = TaxRate.objects.in_force(wanted.tax_class, demand.issued_on)
    result = tax(
        wanted.principal, [(rate.component, rate.percent) for rate in rates], demand.currency
    )
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


def _title(rows: Sequence[DemandLine], note: str) -> str:
    labels = ", ".join(row.label for row in rows)
    return (note or labels)[:300]
