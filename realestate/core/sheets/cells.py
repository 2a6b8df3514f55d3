"""What may stand in a cell: numbers as numbers, days as days, texts that no spreadsheet takes for formulas (D30)."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from realestate.core import clock

Cell = str | int | Decimal | date | datetime | bool | None  # bool is a word, not a number

# Excel refuses a workbook that holds one of these; NUL ends a text in some readers.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What begins a formula, also behind blanks and invisible signs, in Latin and in full-width letters.
FORMULA = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]"
)
MARK = "'"  # what stands behind it is a text
LONGEST = 32_767  # characters that a cell of a workbook holds


def cell(value: object, zone: str = clock.DEFAULT_ZONE) -> Cell:
    """Any value as a cell: instants on a zone's wall clock, yes or no, lists behind one another, HTML as its text."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case datetime():
            there = clock.local(value, zone) if value.tzinfo else value
            return there.replace(tzinfo=None, microsecond=0)
        case int() | Decimal() | date():
            return value
        case _:
            return neutral(_words(value)) or None


def _words(value: object) -> str:
    match value:
        case SafeString():
            return strip_tags(value)
        case list() | tuple() | set():
            return "; ".join(str(part) for part in value)
        case _:
            return str(value)


def neutral(text: str) -> str:
    """A text that stays one in every spreadsheet: what would begin a formula gets an apostrophe in front."""
    shown = UNPRINTABLE.sub("", text)
    if FORMULA.match(shown):
        shown = f"{MARK}{shown}"
    return shown[:LONGEST]


def as_written(text: str) -> str:
    """The text that ``neutral`` was given; what people typed with an apostrophe for the same reason reads likewise."""
    return text[1:] if text.startswith(MARK) and FORMULA.match(text[1:]) else text
