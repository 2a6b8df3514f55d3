"""Amounts for people."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate.core.amounts import (
    SHORT_SCALE,
    format_day,
    format_figure,
    format_money,
    format_percent,
    money_in_words,
    number_in_words,
)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("7500000", "INR", "₹75,00,000.00"),
        ("0.5", "INR", "₹0.50"),
        ("-1234567.89", "INR", "-₹12,34,567.89"),
        ("1234567.89", "GBP", "£1,234,567.89"),
        ("1234567", "JPY", "¥1,234,567"),
        ("1234567.5", "AED", "AED\xa01,234,567.50"),
    ],
)
def test_grouping_is_the_currencys(amount, currency, shown):
    assert format_money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("12345678.9", "INR", "1,23,45,678.90"),
        ("100000", "INR", "1,00,000.00"),
        ("99999.995", "INR", "1,00,000.00"),
        ("-1234567.89", "INR", "\N{MINUS SIGN}12,34,567.89"),
        ("-0.001", "INR", "0.00"),
        ("12345678.9", "USD", "12,345,678.90"),
        ("12345678", "JPY", "12,345,678"),
    ],
)
def test_figures_are_grouped_without_a_sign_of_the_currency(amount, currency, shown):
    assert format_figure(Decimal(amount), currency) == shown


def test_a_figure_that_is_not_rounded_yet_may_show_more_places():
    assert format_figure(Decimal("123456.78905"), "INR", places=4) == "1,23,456.7891"


@pytest.mark.parametrize(
    ("percent", "shown"), [("2.5000", "2.5"), ("10.0000", "10"), ("0", "0"), ("8.9001", "8.9001")]
)
def test_percentages_have_no_needless_zeros(percent, shown):
    assert format_percent(Decimal(percent)) == f"{shown}\xa0%"


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0", "INR", "Rupees Zero Only"),
        ("1", "INR", "Rupees One Only"),
        ("0.05", "INR", "Rupees Zero and Five Paise Only"),
        ("21", "INR", "Rupees Twenty-One Only"),
        ("100", "INR", "Rupees One Hundred Only"),
        ("110", "INR", "Rupees One Hundred Ten Only"),
        ("100000", "INR", "Rupees One Lakh Only"),
        (
            "8478994.62",
            "INR",
            "Rupees Eighty-Four Lakh Seventy-Eight Thousand Nine Hundred Ninety-Four and Sixty-Two Paise Only",
        ),
        (
            "12345678.90",
            "INR",
            "Rupees One Crore Twenty-Three Lakh Forty-Five Thousand Six Hundred Seventy-Eight and Ninety Paise Only",
        ),
        ("1000000000000", "INR", "Rupees One Lakh Crore Only"),
        (
            "1234567",
            "GBP",
            "Pounds One Million Two Hundred Thirty-Four Thousand Five Hundred Sixty-Seven Only",
        ),
        ("12", "JPY", "Yen Twelve Only"),
        ("-5", "INR", "Minus Rupees Five Only"),
        ("0.005", "INR", "Rupees Zero and One Paise Only"),
    ],
)
def test_amounts_in_words(amount, currency, words):
    assert money_in_words(Decimal(amount), currency) == words


@given(st.integers(min_value=0, max_value=10**13))
def test_every_number_has_words_of_its_own(number):
    for words in (number_in_words(number), number_in_words(number, SHORT_SCALE)):
        assert words.replace(" ", "").replace("-", "").isalpha()
    assert number_in_words(number) != number_in_words(number + 1)


def test_a_day_cannot_be_misread():
    assert format_day(date(2026, 1, 5)) == "5 January 2026"
