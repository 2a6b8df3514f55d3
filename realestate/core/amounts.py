"""Amounts for people: grouped as the currency's country does, and in words. For documents and the admin."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from realestate.core.money import DEFAULT_CURRENCY, MINOR_DIGITS, round_money

LOCALE_OF = {
    "INR": "en_IN",
    "AED": "en_AE",
    "GBP": "en_GB",
    "USD": "en_US",
    "EUR": "en_IE",
    "JPY": "en",
}
UNITS = {  # main and minor unit in words
    "INR": ("Rupees", "Paise"),
    "AED": ("Dirhams", "Fils"),
    "GBP": ("Pounds", "Pence"),
    "USD": ("Dollars", "Cents"),
    "EUR": ("Euros", "Cents"),
    "JPY": ("Yen", ""),
}
MINUS = "\N{MINUS SIGN}"
INDIAN = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))
SHORT_SCALE = (
    (1_000_000_000_000, "Trillion"),
    (1_000_000_000, "Billion"),
    (1_000_000, "Million"),
    (1_000, "Thousand"),
    (100, "Hundred"),
)
ONES = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"),
    *("Ten", "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen"),
    *("Eighteen", "Nineteen"),
)
TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")


def format_money(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> str:
    """An amount with its sign and its country's grouping: ``₹75,00,000.00``."""
    shown = format_currency(amount, currency, locale=LOCALE_OF.get(currency, "en"))
    return re.sub(r"(?<=[A-Za-z])(?=\d)", "\N{NO-BREAK SPACE}", shown)  # AED 100, not AED100


def format_figure(
    amount: Decimal, currency: str = DEFAULT_CURRENCY, *, places: int | None = None
) -> str:
    """The same without the currency's sign, for columns of figures: ``75,00,000.00``; a true minus below zero.

    ``places`` shows so many decimals of a figure that is not rounded yet, instead of the currency's.
    """
    digits = MINOR_DIGITS.get(currency, 2) if places is None else places
    pattern = ("#,##,##0" if currency == "INR" else "#,##0") + (
        f".{'0' * digits}" if digits else ""
    )
    rounded = amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + 0
    return format_decimal(rounded, format=pattern, locale="en").replace("-", MINUS)


def format_percent(percent: Decimal) -> str:
    """A percentage without needless zeros: ``2.5 %``."""
    return f"{percent.normalize():f}\N{NO-BREAK SPACE}%"


def format_day(day: date) -> str:
    """A date that nobody can misread: ``5 January 2026``."""
    return format_date(day, "d MMMM y", locale="en")


def money_in_words(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> str:
    """``Rupees Seventy-Five Lakh and Fifty Paise Only``; lakhs and crores for INR, millions elsewhere."""
    main_unit, minor_unit = UNITS.get(currency, (currency, "Hundredths"))
    rounded = round_money(abs(amount), currency)
    whole = int(rounded)
    rest = int((rounded - whole).scaleb(MINOR_DIGITS.get(currency, 2)))
    scale = INDIAN if currency == "INR" else SHORT_SCALE
    words = [main_unit, number_in_words(whole, scale)]
    if rest:
        words += ["and", number_in_words(rest, scale), minor_unit]
    return " ".join([*(["Minus"] if amount < 0 else []), *words, "Only"])


def number_in_words(number: int, scale: tuple[tuple[int, str], ...] = INDIAN) -> str:
    """A whole number from zero up, in English words."""
    if number < len(ONES):
        return ONES[number]
    if number < 100:  # noqa: PLR2004  # below a hundred: tens and ones
        tens, ones = divmod(number, 10)
        return TENS[tens] + (f"-{ONES[ones]}" if ones else "")
    size, name = next((size, name) for size, name in scale if number >= size)
    many, rest = divmod(number, size)
    return f"{number_in_words(many, scale)} {name}" + (
        f" {number_in_words(rest, scale)}" if rest else ""
    )
