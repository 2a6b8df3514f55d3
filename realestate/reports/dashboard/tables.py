"""One report as a table for people, as a file, and as what the page's script draws."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from realestate.core.amounts import LOCALE_OF, MINUS, format_figure, format_money
from realestate.core.api.serializers import MoneyField
from realestate.reports.dashboard.catalogue import Report, Rows
from realestate.reports.dashboard.scope import Scope

NOTHING = "–"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MONTH_LENGTH = len("2026-01")
Row = dict[str, Any]


def columns(report: Report) -> list[tuple[str, str, str]]:
    """Name, label and kind of each column: text, count, number or money."""
    fields = report.row().fields.items()
    return [(name, str(field.label), _kind(field)) for name, field in fields]


def _kind(field: Any) -> str:
    if isinstance(field, MoneyField):
        return "money"
    if isinstance(field, serializers.IntegerField):
        return "count"
    if isinstance(field, serializers.DecimalField | serializers.FloatField):
        return "number"
    return "text"


def label_of(report: Report, value: Any) -> str:
    """The first column for people: ``Mar 2026``, ``Tue 3 Mar``, or the word for what is no month."""
    if isinstance(value, date):
        return f"{value:%a} {value.day} {value:%b}"
    text = str(value)
    if text in report.words:
        return report.words[text]
    if len(text) == MONTH_LENGTH and text[:4].isdecimal():
        return f"{datetime.strptime(text, '%Y-%m'):%b %Y}"  # noqa: DTZ007  # a month has no zone
    return text


def table(report: Report, rows: Rows, scope: Scope) -> dict[str, Any]:
    """Headings and formatted cells; the first cell of a row is its heading."""
    known = columns(report)
    body = [
        [
            {"text": cell_text(report, kind, row[name], scope), "is_number": kind != "text"}
            for name, _label, kind in known
        ]
        for row in rows
    ]
    head = [
        {"text": _headed(label, kind, scope), "is_number": kind != "text"}
        for _n, label, kind in known
    ]
    return {"head": head, "body": body}


def _headed(label: str, kind: str, scope: Scope) -> str:
    return f"{label}, {scope.currency}" if kind == "money" else label


def cell_text(report: Report, kind: str, value: Any, scope: Scope) -> str:
    """A value for people: amounts grouped as the currency's country does."""
    if value is None:
        return NOTHING
    if kind == "text":
        return label_of(report, value)
    if kind == "money":
        return format_figure(value, scope.currency)
    if kind == "count":
        return format_figure(Decimal(value), scope.currency, places=0)
    return format_figure(Decimal(str(value)), scope.currency, places=1)


def short_money(amount: Decimal, currency: str) -> str:
    """An amount where there is little room: ``₹3.42 Cr``, ``₹75.00 L``, ``₹35,090``; millions elsewhere."""
    steps: Sequence[tuple[int, str]] = (
        ((10_000_000, "Cr"), (100_000, "L"))
        if currency == "INR"
        else ((1_000_000_000, "bn"), (1_000_000, "m"))
    )
    for size, name in steps:
        if abs(amount) >= size:
            whole = format_money((amount / size).quantize(Decimal("0.01")), currency)
            return f"{whole}\N{NO-BREAK SPACE}{name}".replace("-", MINUS)
    whole = format_money(amount.quantize(Decimal(1)), currency)
    return whole.removesuffix(".00").replace("-", MINUS)


def chart(report: Report, rows: Rows, scope: Scope) -> dict[str, Any]:
    """What the script draws: labels, and per view its series as numbers."""
    known = {name: (label, kind) for name, label, kind in columns(report)}
    first = next(iter(known))
    return {
        "labels": [label_of(report, row[first]) for row in rows],
        "currency": scope.currency,
        "locale": LOCALE_OF.get(scope.currency, "en").replace("_", "-"),
        "views": [
            {
                "label": view.label,
                "stacked": view.is_stacked,
                "lying": view.is_lying,
                "kind": known[view.columns[0]][1],
                "series": [
                    {
                        "name": name,
                        "label": known[name][0],
                        "line": name in view.lines,
                        "values": [None if row[name] is None else float(row[name]) for row in rows],
                    }
                    for name in view.columns
                ],
            }
            for view in report.views
        ],
    }


def is_empty(report: Report, rows: Rows) -> bool:
    """Whether there is nothing to draw in any view."""
    drawn = [name for view in report.views for name in view.columns]
    return not any(row[name] for row in rows for name in drawn)


def as_csv(report: Report, rows: Rows, scope: Scope) -> bytes:
    """The rows as a file for spreadsheets; numbers are plain, with a point."""
    known = columns(report)
    head = [_headed(label, kind, scope) for _name, label, kind in known]
    return sheet(
        head, ([_plain(report, row[name], kind) for name, _, kind in known] for row in rows)
    )


def _plain(report: Report, value: Any, kind: str) -> Any:
    if kind == "text" and isinstance(value, str):
        return report.words.get(value, value)
    return "" if value is None else value


def sheet(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file with a byte order mark, for Excel; texts that a spreadsheet would run as formulas are harmless."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in ([*head], *rows):
        writer.writerow([_harmless(value) for value in row])
    return lines.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    is_risky = isinstance(value, str) and value.startswith(DANGEROUS)
    return f"'{value}" if is_risky else value
