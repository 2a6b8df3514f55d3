"""The interest note: late interest by days, balance and rate, so that anybody can recompute it (R9)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead
from payments.documents.paper import about, shell
from payments.models import Demand, DemandLine
from realestate.core.amounts import format_day, format_figure, format_percent
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, Row, as_day, filled, headline, money_facts, table

TEMPLATE = Path(__file__).with_name("interest.typ")
HOW = (
    "Interest = balance × rate × days ÷ 36 500, for each span of days in which balance and rate stand still. "
    "The spans are added unrounded and their sum is rounded once. Interest bears no interest."
)


def interest_content(
    demand: Demand, letterhead: Letterhead, *, before: Decimal, how_to_pay: str
) -> dict[str, Any]:
    """What the note says, as plain JSON values; see ``demand_content``."""
    currency, booking = demand.currency, demand.booking
    lines = sorted(demand.lines.all(), key=lambda line: line.sequence)
    total = sum((line.principal + line.tax for line in lines), ZERO)
    return {
        **shell(
            booking,
            letterhead,
            title="Interest note",
            number=demand.number,
            day=demand.issued_on,
        ),
        "facts": [
            *filled(("Number", demand.number), ("Date", format_day(demand.issued_on))),
            *about(booking),
            ["Payable by", format_day(demand.due_on)],
        ],
        "note": demand.note,
        "spans": _spans(lines, total, currency),
        "how": HOW,
        "headline": headline("Interest to be paid", total, currency),
        "standing": money_facts(
            currency,
            ("Balance before this note", before),
            ("This note", total),
            ("Balance of your account", before + total),
        ),
        "how_to_pay": how_to_pay,
    }


def _spans(lines: Iterable[DemandLine], total: Decimal, currency: str) -> dict[str, Any]:
    """The spans of each line below its name, and how its amount follows from them."""
    return table(
        (
            ("From", "1fr", LEFT),
            ("To", "1fr", LEFT),
            ("Days", "auto", RIGHT),
            (f"Balance ({currency})", "1.3fr", RIGHT),
            ("Rate a year", "1fr", RIGHT),
            ("Interest", "1.2fr", RIGHT),
        ),
        [row for line in lines for row in _item(line, currency)],
        [("Total", "", "", "", "", format_figure(total, currency))],
    )


def _item(line: DemandLine, currency: str) -> Iterator[Row]:
    working = line.working
    yield {"group": line.label}
    yield from (_span(span, currency) for span in working.get("segments", ()))
    posted = _decimal(working.get("posted_before"))
    if posted:
        due = _decimal(working.get("amount"), line.principal)
        yield ("", "", "", "", "Rounded", format_figure(due, currency))
        yield ("", "", "", "", "Noted before", format_figure(-posted, currency))
    yield {"sum": ["", "", "", "", "This note", format_figure(line.principal, currency)]}


def _span(span: dict[str, Any], currency: str) -> tuple[str, ...]:
    return (
        as_day(span.get("from", "")),
        as_day(span.get("to", "")),
        str(span.get("days", "")),
        format_figure(_decimal(span.get("balance")), currency),
        format_percent(_decimal(span.get("percent"))),
        format_figure(_decimal(span.get("interest")), currency, places=4),
    )


def _decimal(value: object, default: Decimal = ZERO) -> Decimal:
    return default if value is None else Decimal(str(value))
