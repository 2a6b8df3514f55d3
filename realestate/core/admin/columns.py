"""How the back office shows amounts and instants, in lists and on the pages of single rows."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import admin
from django.db import models

from realestate.core import clock
from realestate.core.amounts import format_money
from realestate.core.money import DEFAULT_CURRENCY, MAX_DIGITS

Column = Callable[[Any], str]
NOTHING = "–"


def money(path: str, label: str, currency: str = "currency") -> Column:
    """A column with an amount, grouped as its currency's country does; both paths may cross relations."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        amount = follow(row, path)
        return (
            NOTHING
            if amount is None
            else format_money(amount, follow(row, currency) or DEFAULT_CURRENCY)
        )

    column.is_money = True  # type: ignore[attr-defined]  # lists must sum it
    return with_raw(column, lambda row: follow(row, path))


def moment(path: str, label: str, zone: str = "") -> Column:
    """A column with an instant, on the wall clock of a project (``zone`` leads to it) or of India."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        instant: datetime | None = follow(row, path)
        where = (follow(row, zone) if zone else None) or clock.DEFAULT_ZONE
        return NOTHING if instant is None else f"{clock.local(instant, where):%d %b %Y, %H:%M}"

    return with_raw(column, lambda row: _on_the_wall(follow(row, path), row, zone))


def text(path: str, label: str, order: str | None = None) -> Column:
    """A column with something of a neighbour; sortable. The neighbour must be in ``list_select_related``.

    ``order`` is by what a column sorts that no table stores, such as a number made of the key; empty: by nothing.
    """

    @admin.display(description=label, ordering=path.replace(".", "__") if order is None else order)
    def column(row: Any) -> str:
        return str(follow(row, path) or NOTHING)

    return with_raw(column, lambda row: follow(row, path))


def with_raw(column: Column, raw: Callable[[Any], object]) -> Column:
    """A column that also knows the value behind what it shows, for exports: a number instead of its digits."""
    column.raw = raw  # type: ignore[attr-defined]  # functions may carry attributes; Django's own columns do
    return column


@cache
def fact(model: type[models.Model], name: str, currency: str) -> Column | str:
    """How a column of the table is shown where it cannot be edited: amounts and instants formatted, others as they are.

    The same object for the same arguments: Django compares it.
    """
    field = next((f for f in model._meta.concrete_fields if f.name == name), None)  # noqa: SLF001  # documented API
    stored = getattr(field, "output_field", field)  # of a generated column
    label = str(getattr(field, "verbose_name", name)).capitalize()
    shown: Column
    if isinstance(stored, models.DateTimeField):
        shown = moment(name, label)
    elif isinstance(stored, models.DecimalField) and (stored.max_digits or 0) >= MAX_DIGITS:
        shown = money(name, label, currency)
    else:
        return name
    shown.__name__ = name  # the page's CSS class
    return shown


def _on_the_wall(instant: datetime | None, row: Any, zone: str) -> datetime | None:
    """The wall clock's reading, without a zone: what a spreadsheet calls a date and time."""
    where = (follow(row, zone) if zone else None) or clock.DEFAULT_ZONE
    return None if instant is None else clock.local(instant, where).replace(tzinfo=None)


def follow(row: Any, path: str, *default: Any) -> Any:
    """What a dotted path leads to; None where the way ends. ``default``: instead of an error for an unknown name."""
    value = row
    for name in path.split("."):
        if value is None:
            return None
        value = getattr(value, name, *default)
    return value
