"""Numbers without gaps: per series, project and financial year, given inside the transaction that uses them (R7.5)."""

from datetime import date

from django.db import connection

from realestate.core.transactions import outermost_block

# One statement: the row is made or locked, counted up and read; a rollback gives the number back.
NEXT = """
INSERT INTO core_numberseries (series, scope_id, period, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (series, scope_id, period) DO UPDATE SET last = core_numberseries.last + excluded.last
RETURNING last
"""


def financial_year(day: date, first_month: int = 4) -> str:
    """The financial year of a day, such as ``2026-27``; a year that begins in January is ``2026``."""
    start = day.year if day.month >= first_month else day.year - 1
    return str(start) if first_month == 1 else f"{start}-{(start + 1) % 100:02d}"


def next_number(series: str, *, scope_id: int, period: str) -> int:
    """The next number of a series, from 1; others who want one wait for this transaction's end."""
    return next_numbers(series, scope_id=scope_id, period=period, count=1)[0]


def next_numbers(series: str, *, scope_id: int, period: str, count: int) -> range:
    """The next numbers of a series, one after another; for many documents of one transaction."""
    if outermost_block() is None:
        message = "a number outside a transaction can be lost"
        raise RuntimeError(message)
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [series, scope_id, period, count])
        last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)
