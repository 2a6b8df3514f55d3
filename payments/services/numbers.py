"""Numbers of documents: per project and financial year, without gaps, given inside the transaction (R7.5, R8.1)."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from bookings.models import Booking
from payments.models.demands import Numbered
from realestate.core.enums import SettingScope
from realestate.core.numbering import financial_year, next_number, next_numbers
from realestate.core.system_settings import define

PREFIXES = {"demand": "DM", "interest": "IN", "charge": "CH", "credit_note": "CN", "receipt": "RC"}
YEAR_STARTS_IN = define(
    "payments.financial_year_month",
    int,
    default=4,
    minimum=1,
    maximum=12,
    unit="month",
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="The month in which the financial year begins; numbers of documents start anew with it.",
)
Document = TypeVar("Document", bound=Numbered)


def number_for(booking: Booking, series: str, day: date) -> tuple[str, int, str]:
    """The period, the serial and the number that people read, such as ``RC-12/2026-27/00034``."""
    period = financial_year(day, YEAR_STARTS_IN.for_project(booking.project))
    serial = next_number(series, scope_id=booking.project_id, period=period)
    return period, serial, number_of(series, booking.project_id, period, serial)


def number_of(series: str, project_id: int, period: str, serial: int) -> str:
    """How a document's number is written."""
    return f"{PREFIXES[series]}-{project_id}/{period}/{serial:05d}"


def numbered(document: Document, booking: Booking, series: str, day: date) -> Document:
    """The same document with its booking, day and number; not saved yet."""
    number_all([about(document, booking, series, day)])
    return document


def about(document: Document, booking: Booking, series: str, day: date) -> Document:
    """The same document with its booking and day, and without a number; not saved yet."""
    document.booking = booking
    document.project = booking.project
    document.series = series
    document.issued_on = day
    document.currency = booking.currency
    document.period = financial_year(day, YEAR_STARTS_IN.for_project(booking.project))
    return document


def number_all(documents: Iterable[Numbered]) -> None:
    """Number documents in their order; one statement for those of a project, series and year.

    Series are locked in one order, so that two who number many wait for each other instead of blocking.
    """
    series: dict[tuple[str, int, str], list[Numbered]] = {}
    for row in documents:
        series.setdefault((row.series, row.project_id, row.period), []).append(row)
    for (name, project_id, period), rows in sorted(series.items(), key=lambda each: each[0]):
        serials = next_numbers(name, scope_id=project_id, period=period, count=len(rows))
        for row, serial in zip(rows, serials, strict=True):
            row.serial = serial
            row.number = number_of(name, project_id, period, serial)
