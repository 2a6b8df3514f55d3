"""Values of the audit trail in people's words: names of columns, amounts, instants, words of a list."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime

from realestate.core import clock
from realestate.core.admin.columns import NOTHING
from realestate.core.amounts import format_money
from realestate.core.money import MAX_DIGITS

LONGEST = 300  # characters of a value that are shown
Change = tuple[str, str, str]  # name, before, after


class Wording:
    """What a timeline's values are called; ``values`` are all that it shows, to read the names of people once."""

    def __init__(self, *, currency: str, zone: str, values: Iterable[tuple[str, Any]]) -> None:
        self.currency, self.zone = currency, zone or clock.DEFAULT_ZONE
        self._values = values

    def action(self, word: str) -> str:
        """``agreement generated`` is ``Agreement generated``."""
        return word.replace("_", " ").capitalize()

    def name(self, label: str) -> str:
        """What rows of a table are called."""
        model = _model(label)
        return str(model._meta.verbose_name).capitalize() if model else label  # noqa: SLF001  # documented API

    def changes(
        self, label: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> list[Change]:
        """Each value that an entry names, in words, by the order of their names."""
        found = []
        for key in sorted({*before, *after}):
            column = _column(label, key)
            old, new = (self._text(column, values.get(key)) for values in (before, after))
            found.append((_name(column, key), old, new))
        return found

    def _text(self, column: Any, value: Any) -> str:
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return "yes" if value else "no"
        words = dict(getattr(column, "flatchoices", ()))
        if value in words if isinstance(value, str) else False:
            return str(words[value])
        text = self._typed(column, value) if isinstance(value, str | int | float) else None
        shown = text if text is not None else _plain(value)
        return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"

    def _typed(self, column: Any, value: str | float) -> str | None:
        """By the type of the column; None where the value says it best itself."""
        column = getattr(column, "output_field", column)  # of a generated column
        match column:
            case models.DecimalField(max_digits=digits) if digits >= MAX_DIGITS:
                return self._money(value)
            case models.DateTimeField():
                at = parse_datetime(str(value))
                return f"{clock.local(at, self.zone):%d %b %Y, %H:%M}" if at else None
            case models.DateField():
                day = parse_date(str(value))
                return f"{day:%d %b %Y}" if day else None
            case models.ForeignKey(related_model=model):
                if model is get_user_model():
                    return self._people.get(str(value), f"user {value}")
                return f"{model._meta.verbose_name} {value}"  # noqa: SLF001  # documented API
            case _:
                return None

    def _money(self, value: str | float) -> str | None:
        try:
            return format_money(Decimal(str(value)), self.currency)
        except InvalidOperation:
            return None

    @cached_property
    def _people(self) -> dict[str, str]:
        """The names of the users whose keys may be among the values: one query, when the first is asked for."""
        keys = {int(value) for _name, value in self._values if _is_key(value)}
        users: Any = get_user_model()
        rows = users._default_manager.filter(pk__in=keys).select_related("builder", "customer")  # noqa: SLF001  # documented API
        return {str(user.pk): user.full_name for user in rows}


def _is_key(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) and 0 < value < 2**62


@cache
def _models() -> Mapping[str, Any]:
    """Every table by the type that the audit trail calls it."""
    return {m._meta.label_lower: m for m in apps.get_models(include_auto_created=True)}  # noqa: SLF001  # documented API


def _model(label: str) -> Any:
    """None for a table that is no more."""
    return _models().get(label)


def _column(label: str, key: str) -> Any:
    """The column that a value was in, by its name or by that of its foreign key; None for other facts."""
    model = _model(label)
    fields = model._meta.concrete_fields if model else ()  # noqa: SLF001  # documented API
    return next((field for field in fields if key in {field.name, field.attname}), None)


def _name(column: Any, key: str) -> str:
    text = str(column.verbose_name) if column is not None else key.replace("_", " ")
    return text[:1].upper() + text[1:]


def _plain(value: Any) -> str:
    """Lists one after the other, pairs with their names."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items()) or NOTHING
    if isinstance(value, list):
        return ", ".join(_plain(inner) for inner in value) or NOTHING
    return str(value)
