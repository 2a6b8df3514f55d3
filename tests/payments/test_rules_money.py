"""R3.4-6, R6, R8, R9 and R10: the vectors as they stand, and what holds for all facts (R22.2)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.enums import AllocationPreset, InterestMode, Part
from payments.rules.allocation import allocate
from payments.rules.cap import cap
from payments.rules.facts import Item, Money, Rate, Target
from payments.rules.interest import accrue, delay_interest
from payments.rules.statement import Entry, ageing, statement_lines
from payments.rules.withholding import must_withhold, shortfall, split, withheld

D = Decimal
LATER = date(2030, 1, 1)
OLDEST, CONTRACT, INTEREST = AllocationPreset


def _demand(number, principal, tax, issued, due):
    def part(which, amount):
        return Item(
            line=number,
            part=which,
            issued_on=issued,
            due_on=due,
            demand=number,
            sequence=1,
            amount=D(amount),
        )

    return [part(Part.TAX, tax), part(Part.PRINCIPAL, principal)]


def _note(number, amount, on):
    return Item(
        line=number,
        part=Part.PRINCIPAL,
        issued_on=on,
        due_on=on,
        demand=number,
        sequence=1,
        amount=D(amount),
        is_interest=True,
    )


def _receipt(number, amount, on, *targets):
    return Money(
        key=("payment", number), value_on=on, number=number, amount=D(amount), targets=targets
    )


def _credit(number, amount, on, *targets):
    return Money(
        key=("credit", number), value_on=on, number=number, amount=D(amount), targets=targets
    )


D1 = _demand(1, "100000", "5000", date(2024, 12, 26), date(2025, 1, 10))
D2 = _demand(2, "200000", "10000", date(2025, 1, 26), date(2025, 2, 10))
NOTE = _note(3, "1430.44", date(2025, 3, 1))
R1 = _receipt(1, "60000", date(2025, 1, 8))
R2 = _receipt(2, "150000", date(2025, 2, 20))
R3 = _receipt(3, "120000", date(2025, 3, 1))


def _rows(result):
    return [(row.source[1], row.line, row.part.value, row.amount) for row in result.applied]


class TestAllocation:
    def test_R8_vector_oldest_due(self):
        result = allocate([*D1, *D2, NOTE], [R1, R2, R3], OLDEST, LATER)
        assert _rows(result) == [
            (1, 1, "tax", D(5000)),
            (1, 1, "principal", D(55000)),
            (2, 1, "principal", D(45000)),
            (2, 2, "tax", D(10000)),
            (2, 2, "principal", D(95000)),
            (3, 2, "principal", D(105000)),
            (3, 3, "principal", D("1430.44")),
        ]
        assert result.advances == {("payment", 3): D("13569.56")}

    @pytest.mark.parametrize(
        ("preset", "rows"),
        [
            (OLDEST, [(1, 1, "tax", D(5000)), (1, 1, "principal", D(55000))]),
            (
                CONTRACT,
                [
                    (1, 1, "tax", D(5000)),
                    (1, 2, "tax", D(10000)),
                    (1, 1, "principal", D(45000)),
                ],
            ),
        ],
    )
    def test_R8_vector_the_same_receipt_when_both_demands_are_issued(self, preset, rows):
        late = _receipt(1, "60000", date(2025, 1, 27))
        assert _rows(allocate([*D1, *D2], [late], preset, LATER)) == rows

    def test_R8_3_interest_first(self):
        items = [*D1, _note(3, "100", date(2025, 1, 31))]
        result = allocate(items, [_receipt(1, "200", date(2025, 2, 1))], INTEREST, LATER)
        assert _rows(result) == [(1, 3, "principal", D(100)), (1, 1, "tax", D(100))]

    def test_R8_3_interest_waits_for_principal_that_is_due_but_not_for_what_falls_due_later(self):
        later = _demand(4, "1000", "0", date(2025, 2, 1), date(2025, 3, 1))[1]
        items = [D1[1], _note(3, "100", date(2025, 1, 31)), later]
        money = [_receipt(1, "100150", date(2025, 2, 1))]
        assert _rows(allocate(items, money, OLDEST, LATER)) == [
            (1, 1, "principal", D(100000)),
            (1, 3, "principal", D(100)),
            (1, 4, "principal", D(50)),
        ]

    def test_R8_4_an_advance_pays_the_next_demand_on_the_day_it_is_issued(self):
        result = allocate(D2, [R1], OLDEST, LATER)
        assert [row.applied_on for row in result.applied] == [date(2025, 1, 26)] * 2
        assert _rows(result) == [(1, 2, "tax", D(10000)), (1, 2, "principal", D(50000))]

    def test_a_credit_note_goes_to_its_line_and_comes_before_receipts_of_the_day(self):
        note = _credit(
            9, "200000", date(2025, 2, 20), Target(line=2, part=Part.PRINCIPAL, amount=D(200000))
        )
        result = allocate([*D1, *D2], [R2, note], OLDEST, LATER)
        assert result.applied[0].source == ("credit", 9)
        assert _rows(result)[1:] == [
            (2, 1, "tax", D(5000)),
            (2, 1, "principal", D(100000)),
            (2, 2, "tax", D(10000)),
        ]

    def test_what_a_credit_note_finds_paid_becomes_an_advance_that_pays_what_is_open(self):
        paid = _receipt(1, "105000", date(2025, 1, 8))
        note = _credit(
            9, "20000", date(2025, 1, 20), Target(line=1, part=Part.PRINCIPAL, amount=D(20000))
        )
        result = allocate([*D1, *D2], [paid, note], OLDEST, LATER)
        assert [row for row in _rows(result) if row[0] == 9] == [
            (9, 2, "tax", D(10000)),
            (9, 2, "principal", D(10000)),
        ]

    def test_R8_5_an_allocation_by_hand_is_a_fixed_point(self):
        by_hand = _receipt(
            2,
            "150000",
            date(2025, 2, 20),
            Target(line=1, part=Part.PRINCIPAL, amount=D(100000)),
        )
        result = allocate([*D1, *D2], [R1, by_hand], OLDEST, LATER)
        rows = {(r.source[1], r.line, r.part.value, r.is_manual): r.amount for r in result.applied}
        assert rows == {
            (1, 1, "tax", False): D(5000),
            (1, 2, "tax", False): D(10000),
            (1, 2, "principal", False): D(45000),
            (2, 1, "principal", True): D(100000),
            (2, 2, "principal", False): D(50000),
        }

    def test_R8_5_money_waits_for_the_item_that_it_is_to_pay_by_hand(self):
        by_hand = _receipt(
            1, "60000", date(2025, 1, 8), Target(line=2, part=Part.PRINCIPAL, amount=D(50000))
        )
        rows = _rows(allocate([*D1, *D2], [by_hand], OLDEST, LATER))
        assert sorted(rows) == [
            (1, 1, "principal", D(5000)),
            (1, 1, "tax", D(5000)),
            (1, 2, "principal", D(50000)),
        ]


days = st.integers(0, 60).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
cents = st.integers(1, 50_000).map(lambda n: D(n).scaleb(-2))


@st.composite
def demands(draw):
    rows = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        issued = draw(days)
        due = issued + timedelta(days=draw(st.integers(0, 30)))
        rows += _demand(number, draw(cents), draw(cents), issued, due)
        if draw(st.booleans()):
            rows.append(_note(100 + number, draw(cents), draw(days)))
    return rows


@st.composite
def moneys(draw):
    receipts = [
        _receipt(number, draw(cents), draw(days))
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]
    credits_ = [
        _credit(
            number,
            draw(cents),
            draw(days),
            Target(line=draw(st.integers(1, 5)), part=Part.PRINCIPAL, amount=D("0.01")),
        )
        for number in range(1, draw(st.integers(0, 3)) + 1)
    ]
    return [*receipts, *credits_]


class TestAllocationOfAnything:
    @given(demands(), moneys(), st.sampled_from(AllocationPreset), st.randoms())
    def test_R8_7_and_R22_2_order_of_entry_does_not_matter_and_nothing_is_lost(
        self, items, money, preset, random
    ):
        result = allocate(items, money, preset, LATER)
        shuffled_items, shuffled_money = list(items), list(money)
        random.shuffle(shuffled_items)
        random.shuffle(shuffled_money)
        assert allocate(shuffled_items, shuffled_money, preset, LATER) == result
        for each in money:
            used = sum((r.amount for r in result.applied if r.source == each.key), D(0))
            assert used + result.advances.get(each.key, D(0)) == each.amount
        for item in items:
            put = [r for r in result.applied if (r.line, r.part) == item.key]
            assert sum((r.amount for r in put), D(0)) <= item.amount
            assert all(r.applied_on >= item.issued_on for r in put)

    @given(demands(), moneys(), st.sampled_from(AllocationPreset), days)
    def test_R10_what_had_happened_by_a_day_does_not_depend_on_what_came_later(
        self, items, money, preset, until
    ):
        late = allocate(items, money, preset, LATER).applied
        assert list(allocate(items, money, preset, until).applied) == [
            row for row in late if row.applied_on <= until
        ]

    @given(demands(), moneys(), st.sampled_from(AllocationPreset))
    def test_money_and_open_items_never_stand_side_by_side(self, items, money, preset):
        result = allocate(items, money, preset, LATER)
        open_ = sum((i.amount for i in items), D(0)) - sum((r.amount for r in result.applied), D(0))
        assert not (open_ and result.advances)


RATE = (Rate(valid_from=date(2000, 1, 1), percent=D("10.90")),)
DUE = date(2025, 1, 15)


def _interest(  # one row of the table below
    until,
    *,
    falls=(),
    rates=RATE,
    grace=0,
    mode=InterestMode.FROM_DUE,
    due=DUE,
    amount="1000000",
):
    return accrue(
        amount=D(amount),
        due_on=due,
        falls=[(day, D(part)) for day, part in falls],
        rates=rates,
        grace_days=grace,
        mode=mode,
        until=until,
        currency="INR",
    ).amount


PAID = [(date(2025, 2, 14), "400000"), (date(2025, 3, 16), "600000")]
AFTER = InterestMode.AFTER_GRACE


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
        assert _interest(**arguments) == D(expected)

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
        assert _interest(date(2025, 3, 16), rates=()) == 0

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
