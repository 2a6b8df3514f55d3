"""The figures at the top of a dashboard: each follows from the rows below it."""

from collections.abc import Callable
from typing import Any

from realestate.core.money import ZERO
from realestate.reports.dashboard import catalogue
from realestate.reports.dashboard.catalogue import Figures, Report
from realestate.reports.dashboard.tables import short_money

WEEK = 7
LATE_AGES = ("days_1_30", "days_31_60", "days_61_90", "over_90")
Tile = dict[str, Any]


def tiles(figures: Figures, reports: list[Report]) -> list[Tile]:
    """Of the reports that the reader may see."""
    return [tile for report in reports for tile in MAKERS[report.name](figures)]


def _sales(figures: Figures) -> list[Tile]:
    rows = figures.rows(catalogue.SALES)
    before, now = [*rows[-2:]] if len(rows) > 1 else [rows[-1], rows[-1]]
    money = short_money(now["value"], figures.scope.currency)
    return [
        _tile("Bookings this month", now["bookings"], f"{before['bookings']} in the month before"),
        _tile("Value this month", money, "Agreement value before tax"),
    ]


def _stock(figures: Figures) -> list[Tile]:
    rows = figures.rows(catalogue.STOCK)
    total, free, held = (
        sum(row[name] for row in rows) for name in ("total", "available", "reserved")
    )
    return [
        _tile("Free units", f"{free:,}", f"of {total:,}"),
        _tile("Reserved now", f"{held:,}", "Holds that have not lapsed"),
    ]


def _collections(figures: Figures) -> list[Tile]:
    row, currency = figures.rows(catalogue.COLLECTIONS)[-1], figures.scope.currency
    due = short_money(row["fell_due"], currency)
    return [_tile("Received this month", short_money(row["received"], currency), f"{due} fell due")]


def _ageing(figures: Figures) -> list[Tile]:
    amounts = {row["age"]: row["amount"] for row in figures.rows(catalogue.AGEING)}
    late = sum((amounts[name] for name in LATE_AGES), ZERO)
    currency = figures.scope.currency
    old = short_money(amounts["over_90"], currency)
    is_alarming = late > 0
    return [
        _tile("Overdue", short_money(late, currency), f"{old} for more than 90 days", is_alarming)
    ]


def _forecast(figures: Figures) -> list[Tile]:
    rows = {row["period"]: row["total"] for row in figures.rows(catalogue.FORECAST)}
    month, currency = f"{figures.scope.today:%Y-%m}", figures.scope.currency
    waiting = short_money(rows["on_events"], currency)
    return [
        _tile(
            "Due this month",
            short_money(rows.get(month, ZERO), currency),
            f"{waiting} on stages and events",
        )
    ]


def _appointments(figures: Figures) -> list[Tile]:
    week = figures.rows(catalogue.APPOINTMENTS)[:WEEK]
    open_ones = sum(row["scheduled"] for row in week)
    note = f"{open_ones} to be confirmed"
    return [_tile("Appointments in 7 days", sum(row["total"] for row in week), note)]


def _stages(figures: Figures) -> list[Tile]:
    rows = figures.rows(catalogue.STAGES)
    late, reported = rows[0]["total"], sum(row["reported"] for row in rows)
    return [_tile("Late stages", f"{late:,}", f"{reported} wait for the certificate", late > 0)]


def _responses(figures: Figures) -> list[Tile]:
    rows = figures.rows(catalogue.RESPONSES)
    silent = sum(row["messages"] - row["answered"] for row in rows)
    without = sum(row["changes"] - row["offered"] for row in rows)
    return [
        _tile("Questions without an answer", f"{silent:,}", "In these months", silent > 0),
        _tile("Change requests without a quote", f"{without:,}", "In these months", without > 0),
    ]


def _tile(label: str, value: Any, note: str, is_alarming: bool = False) -> Tile:  # noqa: FBT001, FBT002  # private
    return {"label": label, "value": value, "note": note, "is_alarming": is_alarming}


MAKERS: dict[str, Callable[[Figures], list[Tile]]] = {
    "sales": _sales,
    "stock": _stock,
    "collections": _collections,
    "ageing": _ageing,
    "forecast": _forecast,
    "appointments": _appointments,
    "stages": _stages,
    "responses": _responses,
}
