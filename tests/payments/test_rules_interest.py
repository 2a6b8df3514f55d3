"""R9: late interest, and what a late builder owes: the vectors as they stand, and day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.enums import InterestMode
from payments.rules.facts import Rate
from payments.rules.interest import accrue, delay_interest
from tests.payments.facts import AFTER, DUE, RATE, D, cents, days, late_interest

PAID = [(date(2025, 2, 14), "400000"), (date(2025, 3, 16), "600000")]


class TestInterest:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ({"until": date(2025, 3, 16), "falls": PAID}, "14334.25"),
            ({"until": date(2025, 12, 31), "falls": PAID}, "14334.25"),
            ({"until": date(2025, 1, 15)}, "0.00"),
            ({"until": date(2025, 1, 16)}, "298.63"),
            ({"until": date(2025, 1, 31), "falls": PAID}, "4778.08"),
            ({"until": date(2025, 2, 28), "falls": PAID}, "11467.40"),
            ({"until": date(2025, 1, 22), "grace": 7}, "0.00"),
            ({"until": date(2025, 1, 23), "grace": 7}, "2389.04"),
            ({"until": date(2025, 1, 23), "grace": 7, "mode": AFTER}, "298.63"),
            (
                {
                    "until": date(2025, 1, 25),
                    "grace": 7,
                    "falls": [(date(2025, 1, 20), "400000")],
                },
                "1791.78",
            ),
            (
                {
                    "until": date(2025, 2, 14),
                    "rates": (*RATE, Rate(valid_from=date(2025, 2, 1), percent=D("11.10"))),
                },
                "9035.62",
            ),
            ({"until": date(2024, 3, 15), "due": date(2024, 2, 15)}, "8660.27"),
            ({"until": date(2025, 2, 28)}, "13139.73"),
            (
                {"until": date(2025, 2, 28), "falls": [(date(2025, 2, 1), "1000000")]},
                "5076.71",
            ),
            (
                {
                    "until": date(2025, 3, 1),
                    "due": date(2025, 1, 10),
                    "amount": "100000",
                    "falls": [(date(2025, 1, 8), "55000"), (date(2025, 2, 20), "45000")],
                },
                "550.97",
            ),
            (
                {
                    "until": date(2025, 3, 1),
                    "due": date(2025, 2, 10),
                    "amount": "200000",
                    "falls": [(date(2025, 2, 20), "95000"), (date(2025, 3, 1), "105000")],
                },
                "879.47",
            ),
        ],
    )
    def test_R9_vectors(self, arguments, expected):
        assert late_interest(**arguments) == D(expected)

    def test_R9_vector_a_late_builder(self):
        receipts = [(date(2023, 5, 5), D(2000000)), (date(2025, 2, 10), D(500000))]
        owed = delay_interest(
            receipts=receipts,
            promised_on=date(2024, 12, 31),
            offered_on=date(2025, 6, 30),
            rates=RATE,
            currency="INR",
        )
        assert owed.amount == D("129008.22")
        assert [segment.days for segment in owed.segments] == [181, 140]

    def test_R9_segments_say_how_it_came_about(self):
        accrual = accrue(
            amount=D(1000000),
            due_on=DUE,
            falls=[(date(2025, 2, 14), D(400000))],
            rates=RATE,
            grace_days=0,
            mode=InterestMode.FROM_DUE,
            until=date(2025, 3, 16),
            currency="INR",
        )
        assert [(s.first, s.last, s.days, s.balance) for s in accrual.segments] == [
            (date(2025, 1, 16), date(2025, 2, 14), 30, D(1000000)),
            (date(2025, 2, 15), date(2025, 3, 16), 30, D(600000)),
        ]
        assert sum(s.interest for s in accrual.segments).quantize(D("0.01")) == accrual.amount

    def test_R9_without_a_rate_nothing_is_borne(self):
        assert late_interest(date(2025, 3, 16), rates=()) == 0

    @given(
        st.lists(st.tuples(days, cents), max_size=5),
        st.integers(0, 20),
        st.sampled_from(InterestMode),
        days,
    )
    @settings(max_examples=60)
    def test_R9_by_segments_is_the_same_as_day_by_day(self, falls, grace, mode, until):
        due = date(2025, 1, 10)
        rates = (
            Rate(valid_from=date(2025, 1, 1), percent=D("9.5")),
            Rate(valid_from=date(2025, 2, 1), percent=D("12")),
        )
        ends = due + timedelta(days=grace)
        start = due if mode == InterestMode.FROM_DUE else ends
        total, day = D(0), start + timedelta(days=1)
        while until > ends and day <= until:
            counted = [part for on, part in falls if (min(on, start) if on <= ends else on) < day]
            balance = max(D(1000) - sum(counted, D(0)), D(0))
            total += balance * (D("9.5") if day < date(2025, 2, 1) else D(12)) / 36500
            day += timedelta(days=1)
        got = accrue(
            amount=D(1000),
            due_on=due,
            falls=falls,
            rates=rates,
            grace_days=grace,
            mode=mode,
            until=until,
            currency="INR",
        )
        assert abs(got.unrounded - total) < D("1e-15")
