"""R3.4-6: what was to be withheld from a buyer's payments, what was, and the last day for its certificate."""

from datetime import date
from decimal import Decimal

import pytest

from payments.rules.withholding import Withholding, filing_day, must_withhold, shortfall, split

D = Decimal


@pytest.mark.parametrize(
    ("value_on", "last"),
    [
        (date(2025, 6, 1), date(2025, 7, 30)),
        (date(2025, 6, 30), date(2025, 7, 30)),
        (date(2024, 1, 31), date(2024, 3, 1)),
        (date(2025, 12, 5), date(2026, 1, 30)),
    ],
)
def test_R3_5_the_filing_day(value_on, last):
    assert filing_day(value_on, 30) == last


@pytest.mark.parametrize(
    ("days", "last"), [(1, date(2025, 7, 1)), (7, date(2025, 7, 7)), (31, date(2025, 7, 31))]
)
def test_R3_5_the_days_count_from_the_end_of_the_month(days, last):
    assert filing_day(date(2025, 6, 15), days) == last


def test_R3_4_the_higher_of_contract_and_stamp_value_counts():
    assert must_withhold(D(5_000_000), D(5_000_000), stamp_value=D(1))
    assert not must_withhold(D(3_000_000), D(5_000_000), stamp_value=D(3_000_000))


def test_R3_4_a_single_buyer_takes_all_of_it():
    assert split(D(10_001), [D(100)]) == [D(10_001)]


def test_R3_4_each_share_is_rounded_half_up_and_the_last_takes_what_is_left():
    assert split(D(101), [D(50), D(50)]) == [51, 50]
    assert split(D(100), [D("0.5"), D(49), D("50.5")]) == [1, 49, 50]


@pytest.mark.parametrize(("credited", "missing"), [("0", 60_000), ("59999", 1), ("60001", 0)])
def test_R3_6_what_is_missing_is_never_below_nothing(credited, missing):
    assert shortfall(D(6_000_000), D(1), D(credited)) == missing


def test_R3_5_R3_6_declared_and_verified_credits_both_count():
    found = Withholding(
        percent=D(2),
        threshold=D(5_000_000),
        contract_value=D(8_000_000),
        consideration_paid=D("1000025.00"),
        expected=D(20_001),
        declared=D(4_000),
        verified=D(2_500),
        by_applicant=(),
        late=(),
    )
    assert found.shortfall == D(13_501)
    assert found.working.unrounded == D("20000.50")
    assert found.working.amount == D(20_001)
    assert found.working.inputs == {"consideration_paid": D("1000025.00"), "percent": D(2)}
