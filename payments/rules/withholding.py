"""R3.4-6: tax that buyers withhold from what they pay and hand to the authority themselves. Whole currency units."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from realestate.core.money import ZERO

WHOLE = Decimal(1)
HUNDRED = Decimal(100)


def must_withhold(consideration: Decimal, threshold: Decimal, stamp_value: Decimal = ZERO) -> bool:
    """Whether the total in-consideration charges, or the stamp value if higher, reach the threshold (all buyers)."""
    return max(consideration, stamp_value) >= threshold


def withheld(consideration: Decimal, percent: Decimal) -> Decimal:
    """What is withheld from a payment's consideration part, rounded half up to 1; tax is outside the base (R3.4)."""
    return (consideration * percent / HUNDRED).quantize(WHOLE, rounding=ROUND_HALF_UP)


def split(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """An amount by ownership shares in percent, each rounded half up to 1; the last takes the remainder (R3.4)."""
    parts = [withheld(amount, share) for share in shares[:-1]]
    return [*parts, amount - sum(parts, ZERO)]


def shortfall(consideration_paid: Decimal, percent: Decimal, credited: Decimal) -> Decimal:
    """R3.6: what should have been withheld so far and was not; 0 when nothing is missing."""
    return max(withheld(consideration_paid, percent) - credited, ZERO)
