"""The demand letter: what is asked for, its taxes, by when, how to pay, and how the account then stands (R7)."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead
from payments.documents.paper import about, shell
from payments.enums import DemandKind
from payments.models import Demand, DemandLine
from realestate.core.amounts import format_day, format_figure
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, filled, headline, money_facts, table, tax_table

TEMPLATE = Path(__file__).with_name("demand.typ")
TITLES = {
    DemandKind.SCHEDULE: "Demand letter",
    DemandKind.CHANGE: "Demand letter for changes",
    DemandKind.CHARGE: "Demand letter for charges",
}
OPENINGS = {
    DemandKind.SCHEDULE: "Under the payment plan of your booking the following has become payable.",
    DemandKind.CHANGE: "For the changes that you have ordered the following has become payable.",
    DemandKind.CHARGE: "The following charges have become payable.",
}
LATE = "Amounts that are paid after the due date bear interest as your booking's terms say."


def demand_content(
    demand: Demand, letterhead: Letterhead, *, before: Decimal, how_to_pay: str
) -> dict[str, Any]:
    """What the letter says, as plain JSON values; ``before`` is what the buyer owed when it was written.

    The demand comes with its lines, its booking and the booking's applicants.
    """
    currency, booking = demand.currency, demand.booking
    lines = sorted(demand.lines.all(), key=lambda line: line.sequence)
    total = sum((line.principal + line.tax for line in lines), ZERO)
    kind, due = DemandKind(demand.kind), format_day(demand.due_on)
    return {
        **shell(
            booking,
            letterhead,
            title=TITLES[kind],
            number=demand.number,
            day=demand.issued_on,
        ),
        "facts": [
            *filled(("Number", demand.number), ("Date", format_day(demand.issued_on))),
            *about(booking),
            ["Payable by", due],
        ],
        "opening": OPENINGS[kind],
        "note": demand.note,
        "lines": _lines(lines, currency),
        "taxes": _taxes(lines, currency),
        "headline": headline(f"Payable by {due}", total, currency),
        "standing": _standing(before, total, currency),
        "how_to_pay": how_to_pay or _plain_way(demand),
        "late": LATE,
    }


def _lines(lines: Iterable[DemandLine], currency: str) -> dict[str, Any]:
    lines = list(lines)
    sums = [sum((getattr(line, name) for line in lines), ZERO) for name in ("principal", "tax")]
    return table(
        (
            ("No.", "auto", LEFT),
            ("Description", "1fr", LEFT),
            (f"Before tax ({currency})", "auto", RIGHT),
            ("Tax", "auto", RIGHT),
            ("Amount", "auto", RIGHT),
        ),
        (
            (
                str(line.sequence),
                line.label,
                format_figure(line.principal, currency),
                format_figure(line.tax, currency),
                format_figure(line.principal + line.tax, currency),
            )
            for line in lines
        ),
        [("", "Total", *(format_figure(amount, currency) for amount in (*sums, sum(sums, ZERO))))],
    )


def _taxes(lines: Iterable[DemandLine], currency: str) -> dict[str, Any] | None:
    """Taxes by component and rate, as each line's own working has them (R3.1); None when there are none."""
    by_rate: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in lines:
        for part in line.working.get("components", ()):
            inputs = part.get("inputs", {})
            sums = by_rate[str(part.get("figure", "Tax")), Decimal(str(inputs.get("percent", 0)))]
            sums[0] += Decimal(str(inputs.get("taxable", line.principal)))
            sums[1] += Decimal(str(part.get("amount", 0)))
    if not by_rate:
        return None
    return tax_table(((name, percent, sums) for (name, percent), sums in by_rate.items()), currency)


def _standing(before: Decimal, total: Decimal, currency: str) -> list[list[str]]:
    first = (
        ("Owed before this letter", before)
        if before >= 0
        else ("Paid ahead, to be set off", before)
    )
    after = before + total
    last = ("Outstanding on your account", after) if after >= 0 else ("Still paid ahead", after)
    return money_facts(currency, first, ("This letter", total), last)


def _plain_way(demand: Demand) -> str:
    builder = demand.booking.project.builder.company_name
    return (
        f"Please pay to {builder} and name {demand.number} and {demand.booking.booking_number} "
        "with your payment."
    )
