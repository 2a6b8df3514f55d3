"""What a runtime setting may hold: yes or no, whole numbers, decimals, texts, lists of texts, JSON and days."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from realestate.core.enums import SettingKind
from realestate.core.errors import InvalidValue


class Texts(tuple[str, ...]):
    """The value of a list: texts in the order in which they were entered."""

    __slots__ = ()


class Json(dict[str, Any]):
    """The value of a JSON setting: always an object, checked by the setting's own reader."""


Value = TypeVar("Value", int, str, bool, Decimal, Texts, Json, date)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of values."""

    word: SettingKind
    read: Callable[[object], Any]  # what is stored or sent -> the value, of its own type
    wants: str  # "Enter …."
    entered: Callable[[str], object] = str  # what a form's box holds -> what ``read`` takes
    size: Callable[[Any], Any] = lambda value: value  # what a setting's limits are about
    # What the limits count, one and many; empty: nothing, they are the value's.
    counts: tuple[str, str] = ("", "")
    schema: Mapping[str, Any]  # of the value on the wire

    def counted(self, limit: object) -> str:
        """A limit with what it counts: ``3 entries``."""
        one, many = self.counts
        return f"{limit} {one if limit == 1 else many}".rstrip()


def _whole_number(raw: object) -> int:
    number = int(str(raw))
    if str(number) != str(raw):  # 5.0, "5 " and other digits than ours
        raise ValueError
    return number


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return _storable(raw)


def _storable(text: str) -> str:
    """What the database takes: no NUL, and only whole characters (UnicodeEncodeError is a ValueError)."""
    if "\x00" in text:
        raise ValueError
    text.encode()
    return text


def _yes_or_no(raw: object) -> bool:
    return {"true": True, "false": False}[str(raw).casefold()]


def _decimal(raw: object) -> Decimal:
    number = Decimal(str(raw))
    if not number.is_finite():
        raise ValueError
    return number


def _texts(raw: object) -> Texts:
    """Texts without the blanks around them; whole numbers may be sent as numbers."""
    if not isinstance(raw, list | tuple):
        raise TypeError
    if any(isinstance(item, bool) or not isinstance(item, str | int) for item in raw):
        raise TypeError
    found = Texts(_text(str(item)).strip() for item in raw)
    if not all(found):
        raise InvalidValue(errors={"value": ["Leave no entry empty."]})
    if len(set(found)) < len(found):
        raise InvalidValue(errors={"value": ["Enter each of them once."]})
    return found


def _object(raw: object) -> Json:
    """A copy: what is cached is not for callers to change."""
    if not isinstance(raw, dict):
        raise TypeError
    for text in _texts_within(raw):
        _storable(text)
    json.dumps(raw, allow_nan=False)
    return Json(deepcopy(raw))


def _texts_within(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_within(inner)


def _day(raw: object) -> date:
    if type(raw) is date:
        return raw
    if not isinstance(raw, str):
        raise TypeError
    day = date.fromisoformat(raw)
    if str(day) != raw:  # weeks, and days without dashes
        raise ValueError
    return day


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _parsed(text: str) -> object:
    """What a box of JSON says. Raises InvalidValue that names line and column."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno}, column {error.colno}"
        raise InvalidValue(errors={"value": [f"{place}: {error.msg}."]}) from error
    except (ValueError, RecursionError):  # numbers of thousands of digits, thousands of brackets
        return None  # of no kind


KINDS: dict[type, Kind] = {
    bool: Kind(
        word=SettingKind.BOOL,
        read=_yes_or_no,
        wants="true or false",
        schema={"type": "boolean"},
    ),
    int: Kind(
        word=SettingKind.INT,
        read=_whole_number,
        wants="a whole number",
        entered=str.strip,
        schema={"type": "integer"},
    ),
    Decimal: Kind(
        word=SettingKind.DECIMAL,
        read=_decimal,
        wants="a number",
        entered=str.strip,
        schema={"type": "number"},
    ),
    str: Kind(
        word=SettingKind.STRING,
        read=_text,
        wants="a text",
        entered=lambda text: text.replace("\r\n", "\n"),
        size=len,
        counts=("character", "characters"),
        schema={"type": "string"},
    ),
    Texts: Kind(
        word=SettingKind.LIST,
        read=_texts,
        wants="a list of texts",
        entered=_lines,
        size=len,
        counts=("entry", "entries"),
        schema={"type": "array", "items": {"type": "string"}},
    ),
    Json: Kind(
        word=SettingKind.JSON,
        read=_object,
        wants='a JSON object, such as {"name": "value"}',
        entered=_parsed,
        size=len,
        counts=("name", "names"),
        schema={"type": "object", "additionalProperties": {}},
    ),
    date: Kind(
        word=SettingKind.DATE,
        read=_day,
        wants="a day such as 2026-01-31",
        entered=str.strip,
        schema={"type": "string", "format": "date"},
    ),
}


def typed(kind: type, raw: object) -> Any:
    """A value of the kind. Raises InvalidValue (400) that says what is wanted."""
    try:
        return KINDS[kind].read(raw)
    except (KeyError, TypeError, ValueError, InvalidOperation, RecursionError) as error:
        raise InvalidValue(errors={"value": [f"Enter {KINDS[kind].wants}."]}) from error


def plain(value: object) -> object:
    """A value as JSON stores it: decimals and days by their exact text."""
    match value:
        case bool() | int() | str():
            return value
        case Texts():
            return list(value)
        case Json():
            return dict(value)
        case _:
            return str(value)


def in_words(value: object) -> str:
    """A value as people read it, on one line."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(map(str, value)) or "(empty)"
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case "":
            return "(empty)"
        case _:
            return str(value)


def to_enter(value: object) -> str:
    """A value as it stands in a form's box."""
    match value:
        case list() | tuple():
            return "\n".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, indent=2)
        case _:
            return str(value)
