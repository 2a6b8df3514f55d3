"""R8: what money pays: the vectors as they stand, and what holds for all facts (R22.2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.enums import AllocationPreset, Part
from payments.rules.allocation import allocate
from payments.rules.facts import Target
from tests.payments.facts import (
    D1,
    D2,
    LATER,
    NOTE,
    R1,
    R2,
    R3,
    D,
    a_credit,
    a_demand,
    a_note,
    a_receipt,
    cents,
    days,
)

OLDEST, CONTRACT, INTEREST = AllocationPreset


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
        late = a_receipt(1, "60000", date(2025, 1, 27))
        assert _rows(allocate([*D1, *D2], [late], preset, LATER)) == rows

    def test_R8_3_interest_first(self):
        items = [*D1, a_note(3, "100", date(2025, 1, 31))]
        result = allocate(items, [a_receipt(1, "200", date(2025, 2, 1))], INTEREST, LATER)
        assert _rows(result) == [(1, 3, "principal", D(100)), (1, 1, "tax", D(100))]

    def test_R8_3_interest_waits_for_principal_that_is_due_but_not_for_what_falls_due_later(self):
        later = a_demand(4, "1000", "0", date(2025, 2, 1), date(2025, 3, 1))[1]
        items = [D1[1], a_note(3, "100", date(2025, 1, 31)), later]
        money = [a_receipt(1, "100150", date(2025, 2, 1))]
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
        note = a_credit(
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
        paid = a_receipt(1, "105000", date(2025, 1, 8))
        note = a_credit(
            9, "20000", date(2025, 1, 20), Target(line=1, part=Part.PRINCIPAL, amount=D(20000))
        )
        result = allocate([*D1, *D2], [paid, note], OLDEST, LATER)
        assert [row for row in _rows(result) if row[0] == 9] == [
            (9, 2, "tax", D(10000)),
            (9, 2, "principal", D(10000)),
        ]

    def test_R8_5_an_allocation_by_hand_is_a_fixed_point(self):
        by_hand = a_receipt(
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
        by_hand = a_receipt(
            1, "60000", date(2025, 1, 8), Target(line=2, part=Part.PRINCIPAL, amount=D(50000))
        )
        rows = _rows(allocate([*D1, *D2], [by_hand], OLDEST, LATER))
        assert sorted(rows) == [
            (1, 1, "principal", D(5000)),
            (1, 1, "tax", D(5000)),
            (1, 2, "principal", D(50000)),
        ]


@st.composite
def demands(draw):
    rows = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        issued = draw(days)
        due = issued + timedelta(days=draw(st.integers(0, 30)))
        rows += a_demand(number, draw(cents), draw(cents), issued, due)
        if draw(st.booleans()):
            rows.append(a_note(100 + number, draw(cents), draw(days)))
    return rows


@st.composite
def moneys(draw):
    receipts = [
        a_receipt(number, draw(cents), draw(days))
        for number in range(1, draw(st.integers(0, 6)) + 1)
    ]
    credits_ = [
        a_credit(
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
