"""The statement of account as a PDF: every entry with the balance after it, and what stands below the line (R10)."""

from datetime import date
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from bookings.models import Booking
from payments.documents.paper import about, shell
from payments.rules.statement import Ageing, Statement, StatementLine
from realestate.core.amounts import format_day, format_figure, format_money, format_percent
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import (
    LEFT,
    RIGHT,
    figure_or_blank,
    headline,
    money_facts,
    short_day,
    table,
)

TEMPLATE = Path(__file__).with_name("statement.typ")
SIGNS = "A balance above zero is owed by the buyer; one below zero is held for the buyer."
BUCKETS = (
    ("Not due yet", "not_due"),
    ("1–30 days", "days_1_30"),
    ("31–60 days", "days_31_60"),
    ("61–90 days", "days_61_90"),
    ("Over 90 days", "over_90"),
    ("Advances", "advances"),
)


def statement_pdf(booking: Booking, statement: Statement) -> bytes:
    """The bytes of the PDF; the booking comes with its parties and its project."""
    letterhead = letterhead_of(booking.project.builder)
    return render_pdf(TEMPLATE, statement_content(booking, statement, letterhead), letterhead.files)


def statement_content(
    booking: Booking, statement: Statement, letterhead: Letterhead
) -> dict[str, Any]:
    """What the statement says, as plain JSON values."""
    currency, last_on = booking.currency, statement.last_on
    owes = statement.closing >= 0
    return {
        **shell(
            booking,
            letterhead,
            title="Statement of account",
            number=booking.booking_number,
            day=last_on,
        ),
        "footer": f"Statement of {booking.booking_number} · {period(statement)} · {letterhead.name}",
        "facts": [*about(booking), ["Period", period(statement)], ["Currency", currency]],
        "lines": _lines(statement, currency),
        "signs": SIGNS,
        "headline": headline(
            f"Owed by the buyer on {format_day(last_on)}"
            if owes
            else f"Held for the buyer on {format_day(last_on)}",
            abs(statement.closing),
            currency,
        ),
        "below": [
            *money_facts(
                currency,
                ("Interest that has run up and is not posted yet", statement.accrued_interest),
                ("Still to be demanded under the plan, before tax", statement.undemanded),
                ("Advance held", statement.advance),
            ),
            ["Next payment due", _next_due(statement, currency)],
        ],
        "withholding": withheld_facts(statement, currency),
        "ageing": _ageing(statement.ageing, currency),
    }


def withheld_facts(statement: Statement, currency: str) -> list[list[str]]:
    """Tax that the buyers withhold, who of them how much, and what is missing; empty when nothing is (R3.4-6)."""
    found = statement.withholding
    if found is None:
        return []
    percent = format_percent(found.percent)
    parts = found.by_applicant if len(found.by_applicant) > 1 else ()
    figures = money_facts(
        currency,
        ("Consideration paid, gross of what was withheld", found.consideration_paid),
        (f"To be withheld from it, {percent}", found.expected),
        *((f"of it {name}, {format_percent(share)}", part) for name, share, part in parts),
        ("Withheld, certificate verified", found.verified),
        ("Withheld, certificate awaited", found.declared),
        ("Not withheld so far", found.shortfall),
    )
    late = [["Certificates overdue", ", ".join(found.late)]] if found.late else []
    return [*figures, *late]


def period(statement: Statement) -> str:
    """The days that it covers."""
    last = format_day(statement.last_on)
    return f"{format_day(statement.first_on)} to {last}" if statement.first_on else f"up to {last}"


def _lines(statement: Statement, currency: str) -> dict[str, Any]:
    debits = sum((line.debit for line in statement.lines), ZERO)
    credits_ = sum((line.credit for line in statement.lines), ZERO)
    opening = ("", "", "Balance brought forward", "", "", statement.brought_forward)
    rows = [_row(line, currency) for line in statement.lines]
    shown = (*opening[:-1], format_figure(statement.brought_forward, currency))
    return table(
        (
            ("Date", "auto", LEFT),
            ("Document", "auto", LEFT),
            ("Particulars", "1fr", LEFT),
            (f"Debit ({currency})", "auto", RIGHT),
            ("Credit", "auto", RIGHT),
            ("Balance", "auto", RIGHT),
        ),
        [shown, *rows],
        [
            (
                "",
                "",
                "Closing balance",
                format_figure(debits, currency),
                format_figure(credits_, currency),
                format_figure(statement.closing, currency),
            )
        ],
    )


def _row(line: StatementLine, currency: str) -> tuple[str, ...]:
    return (
        _nowrap(line.value_on),
        line.reference,
        line.label,
        figure_or_blank(line.debit, currency),
        figure_or_blank(line.credit, currency),
        format_figure(line.balance, currency),
    )


def _nowrap(day: date) -> str:
    return short_day(day).replace(" ", "\N{NO-BREAK SPACE}")


def _next_due(statement: Statement, currency: str) -> str:
    if statement.next_due_on is None:
        return "Nothing is due"
    amount = format_money(statement.next_due_amount, currency)
    return f"{amount} on {format_day(statement.next_due_on)}"


def _ageing(ageing: Ageing, currency: str) -> dict[str, Any]:
    return table(
        [(name, "1fr", RIGHT) for name, _field in BUCKETS],
        [[format_figure(getattr(ageing, name), currency) for _title, name in BUCKETS]],
    )
