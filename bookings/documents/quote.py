"""The quote as a PDF: the cost sheet of a unit line by line, with discount and taxes, until when it holds (R1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from bookings.enums import QuoteState
from bookings.models import Quote
from projects.enums import TaxClass, UnitType
from realestate.core import clock
from realestate.core.amounts import format_day, format_figure, format_percent
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import (
    LEFT,
    RIGHT,
    filled,
    headline,
    money_facts,
    table,
    tax_table,
    with_working,
)

TEMPLATE = Path(__file__).with_name("quote.typ")
SHOWN = ("customer__user", "unit__tower", "project__builder__user")
MARKS = {QuoteState.APPROVAL_PENDING: "NOT APPROVED", QuoteState.REFUSED: "REFUSED"}
NOTES = (
    "Taxes are those of the day of this quote; each demand is taxed at the rates of its own day.",
    "The unit is not reserved by this quote alone.",
)
Line = Mapping[str, Any]


def quote_pdf(quote: Quote) -> bytes:
    """The bytes of the PDF; the quote comes with its customer, unit, tower, project and builder (``SHOWN``)."""
    letterhead = letterhead_of(quote.project.builder)
    return render_pdf(TEMPLATE, quote_content(quote, letterhead), letterhead.files)


def quote_content(quote: Quote, letterhead: Letterhead) -> dict[str, Any]:
    """What the quote says, as plain JSON values."""
    zone, currency = quote.project.time_zone, quote.currency
    day = clock.local(quote.created_at, zone).date()
    made = format_day(day)
    ends = clock.local(quote.valid_until, zone)
    until = f"{format_day(ends.date())}, {ends:%H:%M}"
    return {
        "title": "Quote",
        "reference": f"{quote.quote_number} · {made}",
        "day": [day.year, day.month, day.day],
        "footer": f"{quote.quote_number} · {quote.project.project_name} · {letterhead.name}",
        "seller": letterhead.seller,
        "mark": MARKS.get(QuoteState(quote.state), ""),
        "addressee": _addressee(quote),
        "facts": filled(
            ("Quote", quote.quote_number),
            ("Date", made),
            ("Valid until", until),
            (
                "Project",
                ", ".join(filter(None, (quote.project.project_name, quote.project.location_city))),
            ),
            *_unit(quote),
            ("Tax class", TaxClass(quote.tax_class).label),
        ),
        "lines": _lines(quote),
        "taxes": _taxes(quote.lines, currency),
        "sums": money_facts(
            currency,
            ("Agreement value, before tax", quote.agreement_value),
            *([("Other charges", quote.other_charges)] if quote.other_charges else []),
            ("Taxes", quote.tax_amount),
        ),
        "headline": headline(f"To be paid in all · valid until {until}", _total(quote), currency),
        "discount": _discount(quote),
        "notes": list(NOTES),
    }


def _addressee(quote: Quote) -> dict[str, Any]:
    customer = quote.customer
    if customer is None:
        return {"name": "Whom it may concern", "lines": []}
    lines = (*customer.address.splitlines(), customer.phone, customer.user.email)
    return {"name": customer.full_name, "lines": [line for line in lines if line.strip()]}


def _unit(quote: Quote) -> tuple[tuple[str, str], ...]:
    unit = quote.unit
    tower = f" in {unit.tower.name}" if unit.tower else ""
    return (
        ("Unit", f"{unit.unit_number}{tower}, floor {unit.floor_number}"),
        ("Type", UnitType(unit.unit_type).label),
        ("Carpet area", f"{unit.area_sqft} sq ft"),
    )


def _total(quote: Quote) -> Decimal:
    parts = (quote.agreement_value, quote.other_charges, quote.tax_amount)
    return sum(parts, ZERO)


def _discount(quote: Quote) -> str:
    """Why it is cheaper; empty without a discount."""
    if not quote.discount_amount:
        return ""
    percent = f" ({format_percent(quote.discount_percent)})" if quote.discount_percent else ""
    reason = f": {quote.discount_reason}" if quote.discount_reason else ""
    return f"Discount{percent} of {format_figure(quote.discount_amount, quote.currency)}{reason}"


def _lines(quote: Quote) -> dict[str, Any]:
    """The cost sheet; the column of discounts only where there is one."""
    currency = quote.currency
    with_discount = quote.discount_amount > 0
    rows, sums = [], [ZERO, ZERO, ZERO, ZERO]
    for line in quote.lines:
        amount, discount, tax = (_amount(line, key) for key in ("amount", "discount", "tax_amount"))
        figures = [amount, -discount, tax, amount - discount + tax]
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        rows.append((_label(line, currency), figures))
    kept = [place for place in range(4) if place != 1 or with_discount]
    names = ("Before tax", "Discount", "Tax", f"Amount ({currency})")

    def shown(figures: list[Decimal]) -> list[str]:
        return [format_figure(figures[place], currency) for place in kept]

    return table(
        (("Item", "1fr", LEFT), *((names[place], "auto", RIGHT) for place in kept)),
        [(label, *shown(figures)) for label, figures in rows],
        [("Total", *shown(sums))],
    )


def _label(line: Line, currency: str) -> str:
    """The item, and below it how it was computed."""
    return with_working(str(line.get("label") or line.get("code") or "Item"), line, currency)


def _taxes(lines: Iterable[Line], currency: str) -> dict[str, Any] | None:
    """Taxes by component and rate; None when there are none."""
    by_rate: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in lines:
        for part in line.get("taxes", ()):
            sums = by_rate[str(part.get("figure", "Tax")), str(part.get("percent", "0"))]
            sums[0] += _amount(line, "taxable")
            sums[1] += _amount(part, "amount")
    if not by_rate:
        return None
    return tax_table(
        ((name, Decimal(percent), sums) for (name, percent), sums in by_rate.items()), currency
    )


def _amount(line: Line, key: str) -> Decimal:
    return Decimal(str(line.get(key) or 0))
