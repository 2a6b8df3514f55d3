"""R2: payment plans and their amounts, with the vectors as they stand and for any plan (R22.1)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.enums import LineKind, PlanKind, Trigger
from payments.rules.schedule import (
    PlanDoesNotFit,
    PlanError,
    PlanSpec,
    Thresholds,
    amounts,
    carries,
    check_plan,
    split,
)

D = Decimal


def percent(place, value, *, less_fixed=False, trigger=Trigger.ON_AGREEMENT, **facts):
    return PlanSpec(
        sequence=place,
        label=f"Line {place}",
        kind=LineKind.PERCENT,
        percent=D(value),
        trigger=trigger,
        less_fixed=less_fixed,
        **facts,
    )


def fixed(place, amount, **facts):
    return PlanSpec(
        sequence=place,
        label=f"Line {place}",
        kind=LineKind.FIXED,
        amount=None if amount is None else D(amount),
        trigger=Trigger.ON_BOOKING,
        **facts,
    )


def percents(*values):
    return [percent(place, value) for place, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("value", "lines", "expected"),
    [
        (
            "10000001.00",
            percents("10", "20", "33.3333", "36.6667"),
            ["1000000.10", "2000000.20", "3333330.33", "3666670.37"],
        ),
        (
            "8765432.10",
            percents(*["8.3333"] * 11, "8.3337"),
            [*["730449.75"] * 11, "730484.85"],
        ),
        ("100.01", percents("33.3333", "33.3333", "33.3334"), ["33.34", "33.34", "33.33"]),
        ("0.05", percents("25", "25", "25", "25"), ["0.01", "0.01", "0.01", "0.02"]),
        (
            "7500000",
            [
                fixed(1, "500000"),
                percent(2, "10", less_fixed=True),
                percent(3, "20"),
                percent(4, "30"),
                percent(5, "25"),
                percent(6, "15"),
            ],
            ["500000", "250000", "1500000", "2250000", "1875000", "1125000"],
        ),
    ],
)
def test_R2_vectors(value, lines, expected):
    check_plan(lines, ())
    found = amounts(D(value), lines, "INR")
    assert found == [D(amount) for amount in expected]
    assert sum(found) == D(value)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("0.02", percents("25", "25", "25", "25")),
        ("1.50", percents(*["1"] * 100)),
        ("1000", [fixed(1, "100.01"), percent(2, "10", less_fixed=True), percent(3, "90")]),
    ],
)
def test_R2_3_a_line_below_zero_is_refused(value, lines):
    with pytest.raises(PlanDoesNotFit):
        amounts(D(value), lines, "INR")


def test_R0_yen_have_no_decimals():
    assert amounts(D(100), percents("33.3333", "33.3333", "33.3334"), "JPY") == [33, 33, 34]


GOOD = [fixed(1, None), percent(2, "40", less_fixed=True), percent(3, "60")]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([], None),
        (percents(*["0.4"] * 250), None),
        (percents("50", "49.9999"), None),
        (percents("50", "50.0001"), None),
        ([percent(1, "50"), percent(3, "50")], None),
        ([percent(1, "100"), percent(2, "0")], 2),
        ([percent(1, "100", offset=3)], 1),
        ([percent(1, "100", trigger=Trigger.DAYS_AFTER_BOOKING)], 1),
        ([percent(1, "100", trigger=Trigger.FIXED_DATE)], 1),
        ([percent(1, "100", fixed_on=date(2026, 1, 1))], 1),
        ([percent(1, "100", trigger=Trigger.MILESTONE)], 1),
        ([percent(1, "100", milestone_code="plinth")], 1),
        ([percent(1, "100", trigger=Trigger.MILESTONE, milestone_code="roof")], 1),
        ([replace(percent(1, "100"), amount=D(5))], 1),
        ([replace(fixed(1, "5"), percent=D(5)), *GOOD[1:]], 1),
        ([replace(fixed(1, "-5")), *GOOD[1:]], 1),
        ([replace(fixed(1, "5"), less_fixed=True), *GOOD[1:]], 1),
        ([fixed(1, "5"), percent(2, "100")], 1),
        ([percent(1, "100", less_fixed=True)], 1),
        ([percent(1, "100", less_fixed=True), fixed(2, "5")], 1),
        ([GOOD[0], GOOD[1], replace(GOOD[2], less_fixed=True)], 3),
    ],
)
def test_R2_1_what_is_no_plan(lines, line):
    with pytest.raises(PlanError) as refusal:
        check_plan(lines, {"plinth"})
    assert refusal.value.line == line


def test_R2_1_what_is_a_plan():
    check_plan(GOOD, {"plinth"})
    on_plinth = percent(1, "100", trigger=Trigger.MILESTONE, milestone_code="plinth")
    check_plan([on_plinth], {"plinth"})
    check_plan([replace(on_plinth, milestone_code="roof")], None)


MILESTONE = {"trigger": Trigger.MILESTONE, "milestone_code": "plinth"}
EARLY = {"trigger": Trigger.DAYS_AFTER_BOOKING, "offset": 90}
LATE = {"trigger": Trigger.DAYS_AFTER_BOOKING, "offset": 91}
MONTHS = {"trigger": Trigger.MONTHS_AFTER_BOOKING, "offset": 3}
POSSESSION = {"trigger": Trigger.ON_POSSESSION_OFFER}
C, T, P, DP = (
    PlanKind.CONSTRUCTION_LINKED,
    PlanKind.TIME_LINKED,
    PlanKind.POSSESSION_LINKED,
    PlanKind.DOWN_PAYMENT,
)


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        ([percent(1, "40"), percent(2, "60", **MILESTONE)], {C}),
        ([percent(1, "40.0001"), percent(2, "59.9999", **MILESTONE)], set()),
        ([percent(1, "50"), percent(2, "50", **POSSESSION)], {T, P}),
        ([percent(1, "50.0001"), percent(2, "49.9999", **POSSESSION)], {T}),
        ([percent(1, "80", **EARLY), percent(2, "20", **MILESTONE)], {DP}),
        ([percent(1, "80", **LATE), percent(2, "20", **MILESTONE)], set()),
        ([percent(1, "80", **MONTHS), percent(2, "20")], {T, DP}),
        ([percent(1, "80", trigger=Trigger.ON_BOOKING), percent(2, "20")], {T, DP}),
    ],
)
def test_R2_5_labels_are_checked(lines, labels):
    found = {kind for kind in (C, T, P, DP) if carries(kind, lines, Thresholds())}
    assert found == labels
    assert carries(PlanKind.CUSTOM, lines, Thresholds())


def test_R13_vector_a_split_leaves_the_remainder_on_the_last():
    assert split(D("38164.25"), [D(50), D(50)], "INR") == [D("19082.13"), D("19082.12")]


@st.composite
def plans(draw):
    """Percentages with four decimals that add to 100."""
    cuts = draw(st.sets(st.integers(1, 999_999), min_size=0, max_size=11))
    edges = [0, *sorted(cuts), 1_000_000]
    return percents(*((b - a) * D("0.0001") for a, b in pairwise(edges)))


@given(plans(), st.integers(1, 10**11).map(lambda n: D(n).scaleb(-2)))
def test_R22_1_the_amounts_add_to_the_price_or_a_line_would_be_negative(lines, value):
    check_plan(lines, ())
    try:
        found = amounts(value, lines, "INR")
    except PlanDoesNotFit:
        rounded = [
            (value * line.percent / 100).quantize(D("0.01"), "ROUND_HALF_UP") for line in lines[:-1]
        ]
        assert sum(rounded) > value
    else:
        assert sum(found) == value
        assert min(found) >= 0
