"""How the figures of an account came about, for ``?explain=1``: each from rows that can be looked up (R8 to R10)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking
from payments.enums import Part, ReceiptState
from payments.models import Allocation, CreditNote, DemandLine, Payment
from payments.rules.facts import Accrual
from payments.rules.statement import BUCKETS, Ageing, Statement
from payments.services.facts import OUTSIDE_THE_ACCOUNT, Facts
from payments.services.ledger import OpenItem, gone
from payments.services.planning import waiting_lines
from payments.services.replay import posted_net, working_of
from payments.services.statements import as_of, posted_by
from realestate.core.money import ZERO
from realestate.core.working import Working, exact

AGE_NAMES = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90")


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The workings of a statement's figures, and late interest by demand line with its segments."""

    workings: tuple[Working, ...]
    interest: Mapping[int, dict[str, Any]]


def explain_statement(booking: Booking, statement: Statement) -> Explained:
    """What each figure of a statement, below the line too, was computed from. Reading only."""
    on = statement.last_on
    facts, stand, accruals = as_of(booking, on, statement.closing)
    posted = {line: posted_by(per_day, on) for line, per_day in sorted(posted_net(booking).items())}
    lines = {line.pk: line for line in facts.lines}
    opened = [item for item in stand.items if item.open]
    return Explained(
        workings=(
            _balance(statement),
            _open_items(statement, stand.open),
            _accrued(statement, accruals, posted, lines),
            _undemanded(booking, statement, facts),
            _advance(booking, statement, facts, stand.open),
            _next_due(statement, opened, lines),
            *_ageing(statement, opened, lines),
        ),
        interest={
            line: working_of(accrual, posted=posted.get(line, ZERO))
            for line, accrual in accruals.items()
            if accrual.segments
        },
    )


def explain_payment(payment: Payment, rows: Sequence[Allocation]) -> Working:
    """Which items a receipt pays, in their order, and what of it is an advance (R8.3-5).

    ``rows`` are its live allocations; nothing is applied of money that does not count or is outside the account.
    """
    applied = [
        {
            "document": row.demand_line.demand.number,
            "demand_line_id": row.demand_line_id,
            "label": row.demand_line.label,
            "part": str(row.part),
            "due_on": row.demand_line.demand.due_on.isoformat(),
            "applied_on": row.applied_on.isoformat(),
            "by_hand": row.is_manual,
            "amount": str(row.amount),
        }
        for row in rows
    ]
    counts = (
        payment.state == ReceiptState.CLEARED
        and not payment.is_held_excess
        and payment.payment_type not in OUTSIDE_THE_ACCOUNT
    )
    used = sum((row.amount for row in rows), ZERO)
    left = payment.amount - used if counts else ZERO
    return Working(
        figure="Advance",
        rule="R8",
        formula="receipt - Σ applied",
        inputs={"receipt": payment.amount if counts else ZERO, "applied": applied},
        unrounded=left,
        amount=left,
    )


def explain_credit(note: CreditNote) -> Working:
    """From which demand lines a credit note takes how much (R7.5, R9). Reads its lines with their demands."""
    taken = [
        {
            "document": line.demand_line.demand.number if line.demand_line else "",
            "demand_line_id": line.demand_line_id,
            "label": line.demand_line.label if line.demand_line else "Advance",
            "of_document": _subject(line.demand_line),
            "principal": str(line.principal),
            "tax": str(line.tax),
        }
        for line in note.lines.all()
    ]
    amount = sum((line.principal + line.tax for line in note.lines.all()), ZERO)
    return Working(
        figure="Credit note",
        rule="R9" if note.kind == "interest" else "R7.5",
        formula="Σ (principal + tax) of its lines",
        inputs={"reason": note.reason, "lines": taken},
        unrounded=amount,
        amount=amount,
    )


def with_working(notes: QuerySet[CreditNote]) -> QuerySet[CreditNote]:
    """Credit notes with what ``explain_credit`` reads, in two queries more for any number of them."""
    path = "lines__demand_line"
    return notes.prefetch_related(f"{path}__demand", f"{path}__of_line__demand")


def _subject(line: DemandLine | None) -> str:
    """The demand that an interest note's line is about; empty for other lines."""
    return line.of_line.demand.number if line is not None and line.of_line is not None else ""


def _balance(statement: Statement) -> Working:
    debits = sum((line.debit for line in statement.lines), ZERO)
    credits_ = sum((line.credit for line in statement.lines), ZERO)
    return exact(
        "Closing balance",
        "R10.2",
        "brought forward + Σ debits - Σ credits",
        {
            "brought_forward": statement.brought_forward,
            "debits": debits,
            "credits": credits_,
        },
        amount=statement.brought_forward + debits - credits_,
    )


def _open_items(statement: Statement, opened: Decimal) -> Working:
    return exact(
        "Closing balance by open items",
        "R10.4",
        "Σ open items - advance",
        {"open_items": opened, "advance": statement.advance},
        amount=opened - statement.advance,
    )


def _accrued(
    statement: Statement,
    accruals: Mapping[int, Accrual],
    posted: Mapping[int, Decimal],
    lines: Mapping[int, DemandLine],
) -> Working:
    found = [
        {
            "document": lines[line].demand.number,
            "demand_line_id": line,
            "interest": str(accrual.amount),
            "posted": str(posted.get(line, ZERO)),
        }
        for line, accrual in accruals.items()
        if accrual.amount
    ]
    return exact(
        "Interest not posted yet",
        "R9",
        "Σ max(interest up to the last day - posted by then, 0)",
        {"lines": found},
        amount=statement.accrued_interest,
    )


def _undemanded(booking: Booking, statement: Statement, facts: Facts) -> Working:
    later = [
        {"label": line.label, "amount": str(line.principal)}
        for line in facts.lines
        if line.schedule_line_id is not None and line.demand.issued_on > statement.last_on
    ]
    waiting = [
        {"label": line.label, "amount": str(line.amount)} for line in waiting_lines(booking.pk)
    ]
    return exact(
        "Still to be demanded",
        "R10.3",
        "Σ schedule lines that no demand has asked for by the last day, before tax",
        {"lines": [*later, *waiting]},
        amount=statement.undemanded,
    )


def _advance(booking: Booking, statement: Statement, facts: Facts, opened: Decimal) -> Working:
    on = statement.last_on
    money = [source for source in facts.money if source.value_on <= on]
    items = sum((item.amount for item in facts.items if item.issued_on <= on), ZERO)
    return exact(
        "Advance",
        "R8.4",
        "receipts + credit notes - applied - returned or kept",
        {
            "receipts": sum((m.amount for m in money if not m.is_credit), ZERO),
            "credit_notes": sum((m.amount for m in money if m.is_credit), ZERO),
            "applied": items - opened,
            "returned_or_kept": gone(booking, on),
        },
        amount=statement.advance,
    )


def _next_due(
    statement: Statement, opened: Iterable[OpenItem], lines: Mapping[int, DemandLine]
) -> Working:
    day = statement.next_due_on
    due = [_item(item, lines, statement) for item in opened if item.due_on == day]
    return exact(
        "Next due",
        "R10.3",
        "Σ open items of the first due day from the last day on",
        {"due_on": day.isoformat() if day else None, "items": due},
        amount=statement.next_due_amount,
    )


def _ageing(
    statement: Statement, opened: Iterable[OpenItem], lines: Mapping[int, DemandLine]
) -> Iterator[Working]:
    """One working per bucket that something is in (R10.5)."""
    by_bucket: dict[str, list[dict[str, Any]]] = {name: [] for name in AGE_NAMES}
    for item in opened:
        late = (statement.last_on - item.due_on).days
        place = sum(late > limit for limit in BUCKETS)
        by_bucket[AGE_NAMES[place]].append(_item(item, lines, statement))
    ageing: Ageing = statement.ageing
    for name, items in by_bucket.items():
        if items:
            yield exact(
                f"Ageing, {name}",
                "R10.5",
                "Σ open items by last day - due date",
                {"items": items},
                amount=getattr(ageing, name),
            )


def _item(item: OpenItem, lines: Mapping[int, DemandLine], statement: Statement) -> dict[str, Any]:
    line = lines[item.line]
    return {
        "document": line.demand.number,
        "demand_line_id": item.line,
        "label": line.label,
        "part": str(Part(item.part)),
        "due_on": item.due_on.isoformat(),
        "days": (statement.last_on - item.due_on).days,
        "open": str(item.open),
    }
