"""R3.4-6, R6 and R10: the cap, what is withheld, and statements: the vectors as they stand."""

from datetime import date, timedelta

import pytest

from payments.rules.cap import cap
from payments.rules.statement import Entry, ageing, statement_lines
from payments.rules.withholding import must_withhold, shortfall, split, withheld
from tests.payments.facts import LATER, D


class TestCapAndWithholding:
    @pytest.mark.parametrize(
        ("value", "limit"), [("8765432.10", "876543.21"), ("8765432.19", "876543.21")]
    )
    def test_R6_vectors(self, value, limit):
        assert cap(D(value), D(10), "INR") == D(limit)

    @pytest.mark.parametrize(("part", "tax"), [("1000000.49", 10000), ("1000050.00", 10001)])
    def test_R3_4_vectors(self, part, tax):
        assert withheld(D(part), D(1)) == tax

    def test_R3_4_vector_split_by_share(self):
        shares = [D("33.33"), D("33.33"), D("33.34")]
        assert split(D(10000), shares) == [3333, 3333, 3334]

    def test_R3_4_the_threshold_counts_all_buyers_and_the_stamp_value(self):
        assert must_withhold(D(5000000), D(5000000))
        assert not must_withhold(D("4999999.99"), D(5000000))
        assert must_withhold(D(4000000), D(5000000), stamp_value=D(5000001))

    def test_R3_6_a_shortfall_is_shown(self):
        assert shortfall(D(6000000), D(1), D(10000)) == 50000
        assert shortfall(D(6000000), D(1), D(70000)) == 0


def _entry(on, debit="0", credit="0"):
    return Entry(value_on=on, kind="", reference="", label="", debit=D(debit), credit=D(credit))


ENTRIES = [
    _entry(date(2024, 12, 26), debit="105000"),
    _entry(date(2025, 1, 8), credit="60000"),
    _entry(date(2025, 1, 26), debit="210000"),
    _entry(date(2025, 2, 20), credit="150000"),
    _entry(date(2025, 3, 1), credit="120000"),
    _entry(date(2025, 3, 1), debit="1430.44"),
]


class TestStatement:
    def test_R10_6_vector(self):
        forward, lines, closing = statement_lines(ENTRIES, first_on=None, last_on=LATER)
        assert forward == 0
        assert [line.balance for line in lines] == [
            D(105000),
            D(45000),
            D(255000),
            D(105000),
            D("106430.44"),
            D("-13569.56"),
        ]
        assert closing == D("-13569.56")

    def test_R10_2_a_period_begins_with_the_balance_before_it(self):
        forward, lines, closing = statement_lines(
            ENTRIES, first_on=date(2025, 1, 26), last_on=date(2025, 2, 28)
        )
        assert (forward, [line.balance for line in lines], closing) == (
            D(45000),
            [D(255000), D(105000)],
            D(105000),
        )

    def test_R10_5_ageing_by_days_past_the_due_date(self):
        on = date(2025, 6, 1)
        passed = [0, 1, 30, 31, 60, 61, 90, 91, -5]
        items = [(on - timedelta(days=n), D(1)) for n in passed]
        result = ageing(items, D(7), on=on)
        assert vars(result) == {
            "not_due": 2,
            "days_1_30": 2,
            "days_31_60": 2,
            "days_61_90": 2,
            "over_90": 1,
            "advances": 7,
        }
