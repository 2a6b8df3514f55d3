"""Replaying a booking's account after a dated fact came or went: interest notes, then the allocation (R8.5, R9).

Interest is derived, never accumulated: what should have been posted up to each posting date is computed anew from the
facts, and only the difference is written, with that date as its value date.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking
from payments.enums import AllocationPreset, CreditKind, DemandKind, InterestMode, Part
from payments.models import CreditLine, DemandLine, InterestRate, Terms
from payments.rules.allocation import allocate
from payments.rules.facts import Accrual, Applied, Item, Money, Rate, Target
from payments.rules.interest import accrue
from payments.services.credits import Credited, credit
from payments.services.demands import Wanted, raise_demand
from payments.services.facts import Facts, credit_money, facts_of, facts_of_all
from payments.services.ledger import reallocate_all
from payments.services.terms import terms_of
from projects.enums import TaxClass
from realestate.core.db.remembered import Values, instances
from realestate.core.money import ZERO

BEARING = frozenset({DemandKind.SCHEDULE, DemandKind.CHANGE})  # interest never bears interest
IMAGINED = -1  # keys of notes that are about to be written count down from here


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What has to be written for a line on a posting date: more interest, or less."""

    line: DemandLine
    on: date
    amount: Decimal
    accrual: Accrual


def replay(actor: User | None, booking: Booking) -> Facts:
    """Bring interest that was posted, and the allocation, in line with the facts. Within the caller's service.

    Corrects every date on which interest was posted before; posts nothing for new dates. Idempotent.
    """
    return replay_all(actor, [booking], {booking.pk: terms_of(booking)})[booking.pk]


def replay_all(
    actor: User | None, bookings: Iterable[Booking], terms: Mapping[int, Terms]
) -> dict[int, Facts]:
    """The same for several bookings, whose terms are at hand, in as many statements as for one.

    What grows is only what late payers cost: their posted interest is computed booking by booking.
    """
    by_key = {booking.pk: booking for booking in bookings}
    facts = facts_of_all(list(by_key))
    for key, booking in by_key.items():
        if _bears_notes(facts[key]) and _post_interest(actor, booking, facts[key], until=None):
            facts[key] = facts_of(booking)
    reallocate_all(facts, terms)
    return facts


def _bears_notes(facts: Facts) -> bool:
    """Whether interest was ever posted; without that there is no date to correct."""
    return any(line.of_line_id is not None for line in facts.lines)


def post_interest(actor: User | None, booking: Booking, *, until: date | None) -> list[Correction]:
    """Write the notes and credit notes that the figures call for, up to a further date if one is named (R9)."""
    return _post_interest(actor, booking, facts_of(booking), until=until)


def _post_interest(
    actor: User | None, booking: Booking, facts: Facts, *, until: date | None
) -> list[Correction]:
    corrections = _corrections(booking, facts, until)
    for day in sorted({each.on for each in corrections}):
        more = [each for each in corrections if each.on == day and each.amount > 0]
        less = [each for each in corrections if each.on == day and each.amount < 0]
        if more:
            raise_demand(
                actor=actor,
                booking=booking,
                kind=DemandKind.INTEREST,
                lines=[_note_line(each) for each in more],
                issued_on=day,
                due_on=day,
                note=f"Late interest up to {day:%d %b %Y}",
            )
        if less:
            credit(
                actor=actor,
                booking=booking,
                kind=CreditKind.INTEREST,
                reason="Recomputed after a dated fact changed",
                lines=[line for each in less for line in _taken_back(facts, each)],
                issued_on=day,
            )
    return corrections


def accrued(
    booking: Booking, facts: Facts, applied: Iterable[Applied], until: date, *, terms: Terms
) -> dict[int, Accrual]:
    """Late interest per bearing demand line up to a day, from an allocation of the facts and the terms (R9)."""
    rates = rates_of(booking)
    return _accrued(
        facts.lines, applied, terms, rates=rates, currency=booking.currency, until=until
    )


def rates_of(booking: Booking) -> tuple[Rate, ...]:
    """The dated rates that hold for a booking's project (R9)."""
    rows = instances(InterestRate, "of a project", _rates, {"project": booking.project_id})
    return tuple(Rate(valid_from=row.valid_from, percent=row.percent) for row in rows)


def _rates(values: Values) -> QuerySet[InterestRate]:
    return InterestRate.objects.of_project(values["project"])


def posted_net(booking: Booking) -> dict[int, dict[date, Decimal]]:
    """Interest posted per line and posting date, less its corrections; a waiver does not undo a posting (R9)."""
    net: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    notes = DemandLine.objects.filter(demand__booking=booking, of_line__isnull=False)
    for note in notes.select_related("demand"):
        net[note.of_line_id or 0][note.demand.issued_on] += note.principal
    taken = CreditLine.objects.filter(
        credit_note__booking=booking,
        credit_note__kind=CreditKind.INTEREST,
        demand_line__isnull=False,
    ).select_related("demand_line__demand")
    for row in taken:
        if row.demand_line is not None:  # pragma: no branch  # filtered above
            net[row.demand_line.of_line_id or 0][row.demand_line.demand.issued_on] -= row.principal
    return net


def _corrections(booking: Booking, facts: Facts, until: date | None) -> list[Correction]:
    """Date by date, because a note that is corrected may take money that then pays something else."""
    posted = posted_net(booking)
    days = {day for per_day in posted.values() for day in per_day}
    days |= {until} if until is not None else set()
    terms, rates = terms_of(booking), rates_of(booking)
    preset = AllocationPreset(terms.allocation)
    items, money = list(facts.items), list(facts.money)
    found: list[Correction] = []
    for day in sorted(days):
        applied = allocate(items, money, preset, day).applied
        figures = _accrued(
            facts.lines, applied, terms, rates=rates, currency=booking.currency, until=day
        )
        for line, accrual in figures.items():
            before = sum((sum_ for on, sum_ in posted[line].items() if on <= day), ZERO)
            difference = accrual.amount - before
            if difference == 0:
                continue
            posted[line][day] += difference
            found.append(
                Correction(line=facts.line(line), on=day, amount=difference, accrual=accrual)
            )
            _imagine(found[-1], facts, items, money)
    return found


def _imagine(correction: Correction, facts: Facts, items: list[Item], money: list[Money]) -> None:
    """Add what a correction will write to the facts, so that later dates see it."""
    key = IMAGINED - len(items) - len(money)
    line, day = correction.line, correction.on
    if correction.amount > 0:
        items.append(
            Item(
                line=key,
                part=Part.PRINCIPAL,
                issued_on=day,
                due_on=day,
                demand=2**62,
                sequence=line.sequence,
                amount=correction.amount,
                is_interest=True,
            )
        )
        return
    targets = tuple(
        Target(line=taken.line.pk, part=Part.PRINCIPAL, amount=taken.principal)
        for taken in _taken_back(facts, correction)
        if taken.line is not None
    )
    money.append(credit_money(key, day, -correction.amount, targets))


def _accrued(
    lines: Iterable[DemandLine],
    applied: Iterable[Applied],
    terms: Terms,
    *,
    rates: tuple[Rate, ...],
    currency: str,
    until: date,
) -> dict[int, Accrual]:
    falls: Mapping[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in applied:
        if row.part == Part.PRINCIPAL:
            falls[row.line].append((row.applied_on, row.amount))
    return {
        line.pk: accrue(
            amount=line.principal,
            due_on=line.demand.due_on,
            falls=falls[line.pk],
            rates=rates,
            grace_days=terms.grace_days,
            mode=InterestMode(terms.interest_mode),
            until=until,
            currency=currency,
        )
        for line in lines
        if line.demand.kind in BEARING and line.demand.issued_on <= until
    }


def _note_line(correction: Correction) -> Wanted:
    line = correction.line
    return Wanted(
        label=f"Interest on {line.label}, {line.demand.number}",
        principal=correction.amount,
        tax_class=TaxClass.EXEMPT,
        of_line=line,
        in_consideration=False,
        working=working_of(
            correction.accrual, posted=correction.accrual.amount - correction.amount
        ),
    )


def working_of(accrual: Accrual, *, posted: Decimal = ZERO) -> dict[str, Any]:
    """How interest was computed, for a note's line and for ``?explain=1``, by segments that one can recompute."""
    return {
        "rule": "R9",
        "formula": "Σ balance × percent × days / 36500 - posted before",
        "segments": [
            {
                "from": segment.first.isoformat(),
                "to": segment.last.isoformat(),
                "days": segment.days,
                "balance": str(segment.balance),
                "percent": str(segment.percent),
                "interest": str(segment.interest),
            }
            for segment in accrual.segments
        ],
        "unrounded": str(accrual.unrounded),
        "amount": str(accrual.amount),
        "posted_before": str(posted),
    }


def _taken_back(facts: Facts, correction: Correction) -> list[Credited]:
    """The notes of the line on that date, the latest first, less what was taken from them before."""
    left, found = -correction.amount, []
    notes = [
        line
        for line in reversed(facts.lines)
        if line.of_line_id == correction.line.pk and line.demand.issued_on == correction.on
    ]
    for note in notes:
        before = CreditLine.objects.filter(
            demand_line=note, credit_note__kind=CreditKind.INTEREST
        ).values_list("principal", flat=True)
        part = min(left, note.principal - sum(before, ZERO))
        if part > 0:
            found.append(Credited(line=note, principal=part))
            left -= part
    return found
