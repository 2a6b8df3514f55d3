"""What is to be paid until a booking has a plan."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.enums import PaidShare
from payments.enums import PaymentMethod, PaymentStatus, PaymentType
from payments.rules import words as rules

TOKEN_DUE, REST_DUE = date(2026, 1, 5), date(2026, 3, 31)
AMOUNT = st.decimals(min_value=0, max_value="9999999999999.99", places=2)


def schedule(token, total, paid):
    return rules.schedule_of(
        token=Decimal(token),
        total=Decimal(total),
        paid=Decimal(paid),
        token_due=TOKEN_DUE,
        rest_due=REST_DUE,
    )


@pytest.mark.parametrize(
    ("paid", "token", "rest"),
    [
        ("0", "pending", "pending"),
        ("99.99", "partial", "pending"),
        ("100", "completed", "pending"),
        ("100.01", "completed", "partial"),
        ("1000", "completed", "completed"),
        ("1200", "completed", "completed"),
    ],
)
def test_what_was_paid_fills_the_token_first(paid, token, rest):
    items = schedule(100, 1000, paid)
    assert [(item.payment_type, item.status) for item in items] == [
        (PaymentType.TOKEN, token),
        (PaymentType.FINAL, rest),
    ]
    assert [(item.installment_number, item.due_date, item.amount) for item in items] == [
        (1, TOKEN_DUE, Decimal(100)),
        (2, REST_DUE, Decimal(900)),
    ]


def test_a_token_of_the_whole_price_is_the_only_line():
    (item,) = schedule(1000, 1000, 0)
    assert (item.payment_type, item.amount) == (PaymentType.TOKEN, Decimal(1000))


@given(AMOUNT, AMOUNT, AMOUNT)
def test_lines_add_to_the_total_and_parts_to_what_was_paid(token, rest, paid):
    items = schedule(token, token + rest, paid)
    assert sum(item.amount for item in items) == token + rest
    assert sum(item.paid_amount for item in items) == min(paid, token + rest)
    assert all(0 <= item.paid_amount <= item.amount for item in items)


@pytest.mark.parametrize(
    ("paid", "word"), [("0", PaidShare.PENDING), ("0.01", PaidShare.PARTIAL), ("5", "completed")]
)
def test_share(paid, word):
    assert rules.share_of(Decimal(paid), Decimal(5)) == word


@pytest.mark.parametrize(
    ("vocabulary", "word", "value"),
    [
        (rules.METHOD_WORDS, "UPI", PaymentMethod.ONLINE),
        (rules.METHOD_WORDS, "card", PaymentMethod.ONLINE),
        (rules.METHOD_WORDS, "bank-transfer", PaymentMethod.BANK_TRANSFER),
        (rules.TYPE_WORDS, "instalment", PaymentType.INSTALLMENT),
        (rules.STATUS_WORDS, "paid", PaymentStatus.COMPLETED),
    ],
)
def test_clients_words(vocabulary, word, value):
    assert vocabulary.resolve(word) == value
