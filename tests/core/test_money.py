"""R0: money is Decimal, rounded once, half up; limits are floored."""

from decimal import Decimal

import pytest

from realestate.core.money import (
    ZERO,
    floor_money,
    has_minor_precision,
    quantum,
    round_money,
)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.004", "INR", "0.00"),
        ("0.005", "INR", "0.01"),
        ("0.0049999999999999999999", "INR", "0.00"),
        ("1.005", "INR", "1.01"),
        ("2.675", "INR", "2.68"),
        ("-0.005", "INR", "-0.01"),
        ("-2.675", "INR", "-2.68"),
        ("-2.674", "INR", "-2.67"),
        ("-0.004", "INR", "0.00"),
        ("-0.4", "JPY", "0"),
        ("7579875", "INR", "7579875.00"),
        ("9999999999999.994", "INR", "9999999999999.99"),
        ("0.5", "JPY", "1"),
        ("1.5", "JPY", "2"),
        ("2.5", "JPY", "3"),
        ("-0.5", "JPY", "-1"),
        ("2.4999", "JPY", "2"),
        ("2.675", "AED", "2.68"),
        ("2.675", "GBP", "2.68"),
    ],
)
def test_R0_round_is_half_up_away_from_zero(amount, currency, expected):
    rounded = round_money(Decimal(amount), currency)
    assert str(rounded) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("876543.219", "INR", "876543.21"),
        ("0.009", "INR", "0.00"),
        ("-0.009", "INR", "0.00"),
        ("-1.999", "INR", "-1.99"),
        ("1.9", "JPY", "1"),
        ("-1.9", "JPY", "-1"),
    ],
)
def test_R0_floor_is_towards_zero(amount, currency, expected):
    assert str(floor_money(Decimal(amount), currency)) == expected


@pytest.mark.parametrize(
    ("currency", "unit"), [("INR", "0.01"), ("AED", "0.01"), ("GBP", "0.01"), ("JPY", "1")]
)
def test_R0_the_minor_unit_of_each_currency(currency, unit):
    assert str(quantum(currency)) == unit


def test_R0_rupees_unless_said_otherwise():
    assert str(round_money(Decimal(1))) == "1.00"
    assert str(floor_money(Decimal(1))) == "1.00"
    assert str(quantum()) == "0.01"
    assert str(ZERO) == "0.00"


def test_a_currency_that_nobody_defined_is_an_error():
    with pytest.raises(KeyError):
        round_money(Decimal(1), "XXX")


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        ("1.10", "INR", True),
        ("1.1", "INR", True),
        ("1.100", "INR", True),
        ("1.101", "INR", False),
        ("1", "JPY", True),
        ("1.00", "JPY", True),
        ("1.01", "JPY", False),
    ],
)
def test_R0_amounts_that_can_be_paid(amount, currency, exact):
    assert has_minor_precision(Decimal(amount), currency) is exact
