"""Pieces that documents are made of, as the layout takes them: tables of figures, facts, the figure in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from realestate.core.amounts import format_figure, format_money, format_percent, money_in_words

LEFT, RIGHT = "l", "r"
# A row's texts; or {"group": heading} or {"sum": texts of a subtotal}.
Row = Sequence[str] | Mapping[str, str | Sequence[str]]
Column = tuple[str, str, str]  # its name, its width ("auto" or "1fr"), its side


def filled(*rows: tuple[str, str]) -> list[list[str]]:
    """The pairs that have a value."""
    return [[name, value] for name, value in rows if value]


def table(
    columns: Sequence[Column],
    rows: Iterable[Row],
    totals: Iterable[Sequence[str]] = (),
    *,
    nothing: str = "There are none.",
) -> dict[str, Any]:
    """A table of figures; ``nothing`` stands under the head of one without rows."""
    return {
        "columns": [list(column) for column in columns],
        "rows": [dict(row) if isinstance(row, Mapping) else list(row) for row in rows],
        "totals": [list(row) for row in totals],
        "nothing": nothing,
    }


def tax_table(
    taxes: Iterable[tuple[str, Decimal, Sequence[Decimal]]], currency: str
) -> dict[str, Any]:
    """Taxes by component and rate: of each its name, its percentage, and on what it comes to how much."""
    return table(
        (
            ("Tax", "1fr", LEFT),
            ("Rate", "auto", RIGHT),
            (f"On ({currency})", "auto", RIGHT),
            ("Amount", "auto", RIGHT),
        ),
        (
            (name, format_percent(percent), *(format_figure(each, currency) for each in sums))
            for name, percent, sums in taxes
        ),
    )


def headline(label: str, amount: Decimal, currency: str) -> dict[str, str]:
    """The figure that a letter is about, with its words."""
    return {
        "label": label,
        "amount": format_money(amount, currency),
        "words": money_in_words(amount, currency),
    }


def money_facts(currency: str, *rows: tuple[str, Decimal]) -> list[list[str]]:
    """Pairs of a name and an amount with its sign."""
    return [[name, format_money(amount, currency)] for name, amount in rows]


def figure_or_blank(amount: Decimal, currency: str) -> str:
    """A figure of a column in which nothing is left blank."""
    return format_figure(amount, currency) if amount else ""


def with_working(label: str, working: Mapping[str, Any], currency: str) -> str:
    """A text and, small below it, how its amount was computed; the text alone where nothing went in."""
    formula, inputs = str(working.get("formula", "")), working.get("inputs")
    if not formula or not isinstance(inputs, Mapping) or not inputs:
        return label
    values = ", ".join(f"{name} {_input(value, currency)}" for name, value in inputs.items())
    return f"{label}\n{formula} ({values})".replace("_", " ")


def _input(value: object, currency: str) -> str:
    """A figure grouped, without needless zeros; lists one after the other; everything else as it is."""
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    try:
        figure = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not figure.is_finite():
        return str(value)
    digits = -int(figure.normalize().as_tuple().exponent)
    return format_figure(figure, currency, places=max(digits, 0))


def as_day(value: object) -> str:
    """A day out of a JSON column, short; what is none is shown as it is."""
    try:
        return short_day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def short_day(day: date) -> str:
    """``05 Jan 2026``: as unmistakable as the long one, for columns."""
    return f"{day:%d %b %Y}"
