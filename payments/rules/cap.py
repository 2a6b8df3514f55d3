"""R6: the most that may be received before the agreement is signed."""

from decimal import Decimal

from realestate.core.money import floor_money


def cap(agreement_value: Decimal, percent: Decimal, currency: str) -> Decimal:
    """``percent`` of the agreement value, cut down to the currency's minor unit so that it is never exceeded (R6)."""
    return floor_money(agreement_value * percent / 100, currency)
