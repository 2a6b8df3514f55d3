"""The credit note: what a buyer owes less without having paid, and why."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from payments.documents.paper import about, shell
from payments.enums import CreditKind
from payments.models import CreditLine, CreditNote
from realestate.core.amounts import format_day, format_figure
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, filled, headline, table

TEMPLATE = Path(__file__).with_name("credit.typ")


def credit_note_pdf(note: CreditNote) -> bytes:
    """The bytes of the PDF; the note comes with its lines, their demands, and its booking."""
    letterhead = letterhead_of(note.booking.project.builder)
    return render_pdf(TEMPLATE, credit_note_content(note, letterhead), letterhead.files)


def credit_note_content(note: CreditNote, letterhead: Letterhead) -> dict[str, Any]:
    """What the note says, as plain JSON values."""
    lines = sorted(note.lines.all(), key=lambda line: line.pk)
    total = sum((line.principal + line.tax for line in lines), ZERO)
    return {
        **shell(
            note.booking,
            letterhead,
            title="Credit note",
            number=note.number,
            day=note.issued_on,
        ),
        "facts": [
            *filled(("Number", note.number), ("Date", format_day(note.issued_on))),
            *about(note.booking),
            ["Kind", CreditKind(note.kind).label],
        ],
        "reason": note.reason,
        "lines": _lines(lines, note.currency),
        "headline": headline("You owe less by", total, note.currency),
    }


def _lines(lines: Iterable[CreditLine], currency: str) -> dict[str, Any]:
    rows = [(_label(line), line.principal, line.tax) for line in lines]
    principal = sum((row[1] for row in rows), ZERO)
    tax = sum((row[2] for row in rows), ZERO)
    return table(
        (
            ("Credited", "1fr", LEFT),
            (f"Before tax ({currency})", "auto", RIGHT),
            ("Tax", "auto", RIGHT),
            ("Amount", "auto", RIGHT),
        ),
        [(label, *_three(before, part, currency)) for label, before, part in rows],
        [("Total", *_three(principal, tax, currency))],
    )


def _label(line: CreditLine) -> str:
    if line.demand_line is None:
        return "An advance, set against what is demanded next"
    return f"{line.demand_line.label}\nof {line.demand_line.demand.number}"


def _three(principal: Decimal, tax: Decimal, currency: str) -> tuple[str, str, str]:
    return (
        format_figure(principal, currency),
        format_figure(tax, currency),
        format_figure(principal + tax, currency),
    )
