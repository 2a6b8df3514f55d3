"""R2, R8, R9, R10 and R11 at their limits: the last day, the last cent, and which comes first where two could."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from payments.enums import AllocationPreset, PlanKind, Trigger
from payments.rules.allocation import allocate
from payments.rules.facts import Rate, Target
from payments.rules.interest import accrue, delay_interest
from payments.rules.schedule import MAX_LINES, PlanError, Thresholds, carries, check_plan
from payments.rules.settlement import PercentOfPrice, settle
from payments.rules.statement import Entry, ageing, statement_lines
from tests.payments.facts import (
    AFTER,
    D1,
    DUE,
    LATER,
    R1,
    RATE,
    a_demand,
    a_note,
    a_receipt,
    late_interest,
)
from tests.payments.test_rules_schedule import GOOD, fixed, percent, percents
from tests.payments.test_rules_settlement import SHORT, amounts, conditions

D = Decimal
OLDEST, CONTRACT, _INTEREST_FIRST = AllocationPreset


# --- R8: allocation --------------------------------------------------------------------------------------------------


def paid(items, amount, on, preset=OLDEST):
    """Lines that a receipt pays, in their order."""
    result = allocate(items, [a_receipt(1, amount, on)], preset, LATER)
    return [(row.line, row.part.value, row.amount) for row in result.applied]


def principal(number, amount, due):
    return a_demand(number, amount, "0", date(2025, 1, 1), due)[1]


def test_R8_money_of_the_last_day_counts_and_of_the_day_after_does_not():
    assert allocate(D1, [R1], OLDEST, date(2025, 1, 7)).advances == {}
    rows = allocate(D1, [R1], OLDEST, date(2025, 1, 8)).applied
    assert [(row.amount, row.applied_on) for row in rows] == [
        (D(5000), date(2025, 1, 8)),
        (D(55000), date(2025, 1, 8)),
    ]


def test_R8_5_what_an_allocation_by_hand_leaves_of_an_item_is_for_other_money():
    by_hand = a_receipt(
        1, "40000", date(2025, 1, 8), Target(line=1, part=D1[1].part, amount=D(40000))
    )
    result = allocate(D1, [by_hand, a_receipt(2, "65000", date(2025, 1, 9))], OLDEST, LATER)
    rows = [(row.source[1], row.part.value, row.amount) for row in result.applied]
    assert rows == [
        (1, "principal", D(40000)),
        (2, "tax", D(5000)),
        (2, "principal", D(60000)),
    ]
    assert result.advances == {}


def test_R8_3_principal_that_is_due_comes_before_older_interest_also_on_its_very_day():
    note = a_note(9, "100", date(2025, 1, 5))
    due = principal(1, "1000", date(2025, 2, 1))
    assert paid([note, due], "1050", date(2025, 2, 1)) == [
        (1, "principal", D(1000)),
        (9, "principal", D(50)),
    ]
    assert paid([note, due], "1050", date(2025, 1, 31)) == [
        (9, "principal", D(100)),
        (1, "principal", D(950)),
    ]


def test_R8_3_interest_comes_before_what_falls_due_later_whichever_has_the_earlier_date():
    note = replace(a_note(9, "100", date(2025, 2, 1)), due_on=date(2025, 3, 20))
    later = principal(1, "1000", date(2025, 3, 10))
    assert paid([note, later], "150", date(2025, 3, 1)) == [
        (9, "principal", D(100)),
        (1, "principal", D(50)),
    ]


def test_R8_3_by_contract_all_taxes_then_interest_then_principal_whatever_their_dates():
    items = [
        principal(1, "1000", date(2025, 1, 10)),
        a_note(9, "100", date(2025, 1, 20)),
        a_demand(2, "1000", "60", date(2025, 1, 1), date(2025, 1, 30))[0],
    ]
    assert paid(items, "200", date(2025, 2, 1), CONTRACT) == [
        (2, "tax", D(60)),
        (9, "principal", D(100)),
        (1, "principal", D(40)),
    ]


# --- R9: interest ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # The last day of grace is inside: 600,000 for 10 days; a day later 1,000,000 for 8 days and 600,000 for 2.
        (
            {"until": date(2025, 1, 25), "grace": 7, "falls": [(date(2025, 1, 22), "400000")]},
            "1791.78",
        ),
        (
            {"until": date(2025, 1, 25), "grace": 7, "falls": [(date(2025, 1, 23), "400000")]},
            "2747.40",
        ),
        # Paid on the first day that bears interest: a day of 1,000,000 and a day of 600,000.
        ({"until": date(2025, 1, 17), "falls": [(date(2025, 1, 16), "400000")]}, "477.81"),
        # A rate that begins on the last day: 29 days at 10.90 and one at 11.10.
        (
            {
                "until": date(2025, 2, 14),
                "rates": (*RATE, Rate(valid_from=date(2025, 2, 14), percent=D("11.10"))),
            },
            "8964.38",
        ),
        # A rupee, and a rate of one percent, bear interest like any other: 365 days.
        ({"until": date(2026, 1, 15), "amount": "1"}, "0.11"),
        (
            {
                "until": date(2026, 1, 15),
                "rates": (Rate(valid_from=date(2000, 1, 1), percent=D(1)),),
            },
            "10000.00",
        ),
        # Who has paid too much gets nothing for it.
        ({"until": date(2025, 1, 25), "falls": [(date(2025, 1, 15), "1500000")]}, "0.00"),
        ({"until": date(2025, 1, 23), "grace": 7, "mode": AFTER, "amount": "0"}, "0.00"),
    ],
)
def test_R9_at_the_limits(arguments, expected):
    assert late_interest(**arguments) == D(expected)


def segments(falls=(), rates=RATE, until=date(2025, 2, 14)):
    accrual = accrue(
        amount=D(1000),
        due_on=DUE,
        falls=falls,
        rates=rates,
        grace_days=0,
        mode=AFTER,
        until=until,
        currency="INR",
    )
    return [(part.first, part.last, part.days, part.balance) for part in accrual.segments]


def test_R9_segments_are_days_that_bear_something():
    whole = (date(2025, 1, 16), date(2025, 2, 14), 30, D(1000))
    assert segments() == [whole]
    assert segments(falls=[(date(2025, 2, 14), D(400))]) == [whole]  # it lowers the day after
    assert segments(falls=[(date(2025, 1, 15), D(1000))]) == []
    free = Rate(valid_from=date(2025, 2, 1), percent=D(0))
    assert segments(rates=(*RATE, free)) == [(date(2025, 1, 16), date(2025, 1, 31), 16, D(1000))]


def test_R9_a_builder_who_is_a_day_late_owes_for_a_day():
    def owed(offered_on):
        return delay_interest(
            receipts=[(date(2024, 5, 5), D(1_000_000))],
            promised_on=date(2025, 1, 1),
            offered_on=offered_on,
            rates=RATE,
            currency="INR",
        ).amount

    assert owed(date(2025, 1, 1)) == 0
    assert owed(date(2025, 1, 2)) == D("298.63")


# --- R10: statement --------------------------------------------------------------------------------------------------


def entry(on, debit="0", credit="0"):
    return Entry(value_on=on, kind="", reference="", label="", debit=D(debit), credit=D(credit))


def test_R10_1_debits_of_a_day_come_before_its_credits_however_small():
    day = date(2025, 2, 20)
    _forward, lines, _closing = statement_lines(
        [entry(day, credit="0.50"), entry(day, debit="0.75")], first_on=None, last_on=day
    )
    assert [line.balance for line in lines] == [D("0.75"), D("0.25")]


def test_R10_2_the_first_and_the_last_day_belong_to_the_period():
    first, last = date(2025, 2, 1), date(2025, 2, 28)
    entries = [
        entry(date(2025, 1, 31), debit="1"),
        entry(first, debit="20"),
        entry(last, debit="300"),
        entry(date(2025, 3, 1), debit="4000"),
    ]
    forward, lines, closing = statement_lines(entries, first_on=first, last_on=last)
    assert (forward, [line.balance for line in lines], closing) == (1, [21, 321], 321)


def test_R10_5_each_age_has_its_own_place():
    on = date(2025, 6, 30)
    ages = {date(2025, 6, 30): 1, date(2025, 6, 10): 20, date(2025, 5, 10): 300}
    ages |= {date(2025, 4, 20): 4000, date(2025, 3, 1): 50_000}
    found = ageing([(due, D(amount)) for due, amount in ages.items()], D(0), on=on)
    assert [*vars(found).values()] == [1, 20, 300, 4000, 50_000, 0]


# --- R2 and R11: plans and settlements -------------------------------------------------------------------------------


def test_R2_1_a_plan_has_from_one_to_so_many_lines():
    check_plan(percents("100"), ())
    check_plan(percents(*["0.5"] * MAX_LINES), ())
    for lines in ([], percents(*["0.1"] * (MAX_LINES + 1))):
        with pytest.raises(PlanError, match="from 1 to 200 lines"):
            check_plan(lines, ())


@pytest.mark.parametrize(("amount", "is_right"), [("0", False), ("0.01", True), ("1", True)])
def test_R2_1_a_fixed_line_is_of_something(amount, is_right):
    lines = [fixed(1, amount), *GOOD[1:]]
    if is_right:
        check_plan(lines, ())
    else:
        with pytest.raises(PlanError, match="An amount must be above 0"):
            check_plan(lines, ())


@pytest.mark.parametrize(
    ("trigger", "offset", "days", "is_early"),
    [
        (Trigger.DAYS_AFTER_BOOKING, 0, 0, True),
        (Trigger.DAYS_AFTER_BOOKING, 1, 0, False),
        (Trigger.MONTHS_AFTER_BOOKING, 0, 0, True),
        (Trigger.MONTHS_AFTER_BOOKING, 3, 90, True),
        (Trigger.MONTHS_AFTER_BOOKING, 4, 90, False),
        (Trigger.FIXED_DATE, None, 90, False),
    ],
)
def test_R2_5_what_counts_as_paid_down(trigger, offset, days, is_early):
    lines = [percent(1, "80", trigger=trigger, offset=offset), percent(2, "20")]
    thresholds = Thresholds(down_payment_days=days)
    assert carries(PlanKind.DOWN_PAYMENT, lines, thresholds) is is_early


def test_R11_deductions_may_use_the_tax_that_is_returned():
    settled = settle(SHORT, conditions(PercentOfPrice(percent=D(10)), tax_is_refundable=True))
    assert (amounts(settled), settled.refund) == (
        {"forfeit": D(100), "unpaid_interest": D(8), "work": D(7), "brokerage": D(4)},
        D(0),
    )
