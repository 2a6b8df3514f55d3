"""R3.4-6: tax that buyers withhold from what they pay and hand to the authority themselves. Whole currency units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from realestate.core.money import ZERO
from realestate.core.working import Working

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


def filing_day(value_on: date, days: int) -> date:
    """The last day for the certificate of tax withheld on a day: so many days after the end of its month (R3.5)."""
    month_after = (value_on.replace(day=1) + timedelta(days=31)).replace(day=1)
    return month_after + timedelta(days=days - 1)


@dataclass(frozen=True, kw_only=True)
class Withholding:
    """What is to be withheld for a booking by a day, and what was; in the booking's currency."""

    percent: Decimal
    threshold: Decimal
    contract_value: Decimal
    consideration_paid: Decimal
    expected: Decimal
    declared: Decimal  # no certificate yet; counts like the others
    verified: Decimal
    by_applicant: tuple[tuple[str, Decimal, Decimal], ...]  # name, share in percent, expected
    late: tuple[str, ...]  # receipts without a certificate past their filing day

    @property
    def shortfall(self) -> Decimal:
        """R3.6."""
        return shortfall(self.consideration_paid, self.percent, self.declared + self.verified)

    @property
    def working(self) -> Working:
        """How ``expected`` came about; rounded half up to whole units."""
        return Working(
            figure="Tax to be withheld",
            rule="R3.4",
            formula="consideration_paid × percent / 100, rounded to 1",
            inputs={"consideration_paid": self.consideration_paid, "percent": self.percent},
            unrounded=self.consideration_paid * self.percent / HUNDRED,
            amount=self.expected,
        )
