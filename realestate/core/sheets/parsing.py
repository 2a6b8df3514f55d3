"""From what stands in a cell to a value; what cannot be read is said in words, never in Python's."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from realestate.core.money import MAX_DIGITS
from realestate.core.sheets.bounds import Raw
from realestate.core.sheets.cells import UNPRINTABLE, as_written
from realestate.core.vocabulary import Vocabulary, fold

Parser = Callable[[Raw], Any]  # never called with an empty cell; raises ValueError in words
YES = frozenset({"yes", "y", "true", "1", "x"})
NO = frozenset({"no", "n", "false", "0"})
SIGNS = re.compile(r"[\s\u00a0\u202f₹$€£]|\b(?:INR|Rs\.?|AED|USD|EUR|GBP|JPY)", re.IGNORECASE)
PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")  # 7,500,000 and 75,00,000
DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y")
SURE_DIGITS = 15  # of a float; what stands behind them is noise


FORCED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # would turn the writing direction round


def text(longest: int) -> Parser:
    """A text of at most so many characters, on one line and without signs that control."""

    def read(raw: Raw) -> str:
        shown = " ".join(as_written(FORCED.sub("", UNPRINTABLE.sub("", _written(raw)))).split())
        if len(shown) > longest:
            message = f"Must have at most {longest} characters; it has {len(shown)}."
            raise ValueError(message)
        return shown

    return read


def number(*, places: int, least: Decimal | None = None, most: Decimal | None = None) -> Parser:
    """A number with at most so many decimals; grouped by commas or not, with a currency's sign or without."""

    def read(raw: Raw) -> Decimal:
        value = _decimal(raw)
        if value != round(value, places):
            message = (
                f"Must have at most {places} decimals." if places else "Must be a whole number."
            )
            raise ValueError(message)
        if least is not None and value < least:
            message = f"Must be at least {least:f}."
            raise ValueError(message)
        if most is not None and value > most:
            message = f"Must be at most {most:f}."
            raise ValueError(message)
        return round(value, places)

    return read


def amount(*, least: Decimal | None = None) -> Parser:
    """An amount of money as the tables hold it."""
    return number(places=2, least=least, most=Decimal(10) ** (MAX_DIGITS - 2) - Decimal("0.01"))


def whole(least: int, most: int) -> Parser:
    """A whole number in a range."""
    inner = number(places=0, least=Decimal(least), most=Decimal(most))
    return lambda raw: int(inner(raw))


def day(raw: Raw) -> date:
    """A date: a cell that is one, or written as 2026-04-30 or 30/04/2026, the day before the month."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    written = _written(raw).strip()
    for form in DAYS:
        try:
            return datetime.strptime(written, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    message = "Enter a date such as 2026-04-30 or 30/04/2026."
    raise ValueError(message)


def yes_or_no(raw: Raw) -> bool:
    """Yes or no, in the usual words."""
    word = str(raw).strip().casefold()
    if word not in YES | NO:
        message = "Enter yes or no."
        raise ValueError(message)
    return word in YES


def word(vocabulary: Vocabulary[Any]) -> Parser:
    """One of the words of an enum, by value, alias or label."""
    labels = {fold(str(member.label)): member for member in vocabulary.choices}

    def read(raw: Raw) -> Any:
        written = _written(raw).strip()
        member = vocabulary.resolve(written) or labels.get(fold(written))
        if member is None:
            message = f"Must be one of {', '.join(vocabulary.choices.values)}."
            raise ValueError(message)
        return member

    return read


def several(inner: Parser) -> Parser:
    """A list of such values, separated by semicolons."""

    def read(raw: Raw) -> list[Any]:
        parts = (part.strip() for part in _written(raw).split(";"))
        return [inner(part) for part in parts if part]

    return read


def _decimal(raw: Raw) -> Decimal:
    if isinstance(raw, float):
        written = f"{raw:.{SURE_DIGITS}g}"
    elif isinstance(raw, int) and not isinstance(raw, bool):
        return Decimal(raw)
    else:
        written = SIGNS.sub("", as_written(_written(raw)))
        if not (PLAIN.fullmatch(written) or GROUPED.fullmatch(written)):
            message = "Enter a number such as 7500000.00."
            raise ValueError(message)
    try:
        value = Decimal(written.replace(",", ""))
    except InvalidOperation as error:  # such as a float that is none
        message = "Enter a number such as 7500000.00."
        raise ValueError(message) from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 25:
        message = "This number is too large."
        raise ValueError(message)
    return value


def _written(raw: Raw) -> str:
    """A cell as people would have typed it: 101, not 101.0."""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float):
        return f"{raw:.{SURE_DIGITS}g}"
    if isinstance(raw, datetime):
        return f"{raw:%Y-%m-%d}"
    return str(raw)
