"""Prices of projects and units: whole minor units of the currency, and not more than the table holds (R0)."""

from decimal import Decimal

from realestate.core.errors import InvalidValue
from realestate.core.money import MAX_DIGITS, has_minor_precision

BEYOND = Decimal(10) ** (MAX_DIGITS - 2)  # the first amount that does not fit


def check_money(field: str, amount: Decimal | None, currency: str) -> None:
    """Raises InvalidValue (400), naming the field, for an amount that cannot be paid or stored."""
    if amount is None:
        return
    if not has_minor_precision(amount, currency):
        raise InvalidValue(errors={field: [f"{currency} has no such fractions."]})
    if amount >= BEYOND:
        raise InvalidValue(errors={field: ["This amount is too large."]})
