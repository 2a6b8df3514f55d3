"""R0, R2, R6 and R7: from when a line of a schedule is demanded, when it is due, and what keeps it back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from payments.enums import Skip, Trigger
from payments.rules.triggers import Due, Happened, Waiting, add_months, due_lines, issued_on

D = Decimal
TODAY = date(2026, 3, 10)
BOOKED = date(2026, 1, 31)
NEW = Happened(booked_on=BOOKED)
DONE = Happened(booked_on=BOOKED, confirmed=True, signed=True, offered=True)


def line(number, trigger, amount="100", **facts):
    """The line of this number stands at this place of the schedule."""
    return Waiting(line=number, sequence=number, amount=D(amount), trigger=trigger, **facts)


def stage(number, amount="100", *, certified_on=TODAY, **facts):
    return line(number, Trigger.MILESTONE, amount, certified_on=certified_on, **facts)


def skips(lines, room=None, on=TODAY):
    """What keeps each demanded line back, by its number."""
    room = None if room is None else D(room)
    return {due.line: due.skip for due in due_lines(lines, DONE, on, room=room)}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 1, 31), 0, date(2025, 1, 31)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2025, 1, 31), 3, date(2025, 4, 30)),
        (date(2025, 1, 31), 4, date(2025, 5, 31)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2025, 11, 15), 1, date(2025, 12, 15)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2025, 11, 30), 15, date(2027, 2, 28)),
    ],
)
def test_R0_months_count_from_the_anchor_and_end_with_their_month(day, months, later):
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        (line(1, Trigger.ON_BOOKING), None, TODAY),
        (line(1, Trigger.ON_AGREEMENT), None, TODAY),
        (line(1, Trigger.ON_POSSESSION_OFFER), None, TODAY),
        (line(1, Trigger.DAYS_AFTER_BOOKING, offset=0), BOOKED, BOOKED),
        (line(1, Trigger.DAYS_AFTER_BOOKING, offset=29), date(2026, 3, 1), date(2026, 3, 1)),
        (line(1, Trigger.MONTHS_AFTER_BOOKING, offset=0), BOOKED, BOOKED),
        (line(1, Trigger.MONTHS_AFTER_BOOKING, offset=1), date(2026, 2, 28), date(2026, 2, 28)),
        (
            line(1, Trigger.FIXED_DATE, fixed_on=date(2026, 12, 24)),
            date(2026, 12, 24),
            date(2026, 12, 24),
        ),
        (stage(1, certified_on=None), None, None),
        (stage(1, certified_on=date(2026, 2, 2)), date(2026, 2, 2), date(2026, 2, 2)),
    ],
)
def test_R2_the_day_of_each_trigger(asked, before, after):
    assert issued_on(asked, NEW, TODAY) == before
    assert issued_on(asked, DONE, TODAY) == after


@pytest.mark.parametrize(
    ("happened", "trigger"),
    [
        ("confirmed", Trigger.ON_BOOKING),
        ("signed", Trigger.ON_AGREEMENT),
        ("offered", Trigger.ON_POSSESSION_OFFER),
    ],
)
def test_R2_a_step_of_the_booking_triggers_its_own_lines_only(happened, trigger):
    steps = (Trigger.ON_BOOKING, Trigger.ON_AGREEMENT, Trigger.ON_POSSESSION_OFFER)
    lines = [line(number, each) for number, each in enumerate(steps, start=1)]
    found = due_lines(lines, replace(NEW, **{happened: True}), TODAY, room=None)
    assert [steps[due.line - 1] for due in found] == [trigger]


# --- R7.7: ahead of a date -------------------------------------------------------------------------------------------

ON_DATE = line(1, Trigger.FIXED_DATE, fixed_on=date(2026, 3, 25))


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 3, 9), []),
        (
            date(2026, 3, 10),
            [Due(line=1, triggered_on=date(2026, 3, 10), due_on=date(2026, 3, 25))],
        ),
        (
            date(2026, 3, 24),
            [Due(line=1, triggered_on=date(2026, 3, 10), due_on=date(2026, 3, 25))],
        ),
        (date(2026, 3, 25), [Due(line=1, triggered_on=date(2026, 3, 10))]),
        (date(2026, 3, 26), [Due(line=1, triggered_on=date(2026, 3, 10))]),
    ],
)
def test_R7_7_a_line_is_demanded_ahead_of_its_date_and_due_on_it_until_it_has_come(on, found):
    assert due_lines([ON_DATE], DONE, on, room=None, lead_days=15) == found


def test_R7_7_without_lead_days_the_date_itself_is_the_day_of_issue():
    assert due_lines([ON_DATE], DONE, date(2026, 3, 24), room=None) == []
    (due,) = due_lines([ON_DATE], DONE, date(2026, 3, 25), room=None)
    assert due == Due(line=1, triggered_on=date(2026, 3, 25))


@pytest.mark.parametrize(
    "asked", [stage(1), line(1, Trigger.ON_BOOKING), line(1, Trigger.ON_POSSESSION_OFFER)]
)
def test_R7_7_what_has_no_date_is_demanded_on_its_day_whatever_the_lead_days(asked):
    (due,) = due_lines([asked], DONE, TODAY, room=None, lead_days=15)
    assert due == Due(line=1, triggered_on=TODAY)


def test_R7_7_a_line_is_not_demanded_for_days_before_it_was_agreed():
    late = replace(ON_DATE, agreed_on=date(2026, 3, 12))
    assert issued_on(late, DONE, TODAY, 15) == date(2026, 3, 12)
    early = replace(ON_DATE, agreed_on=date(2026, 3, 1))
    assert issued_on(early, DONE, TODAY, 15) == date(2026, 3, 10)
    assert issued_on(ON_DATE, DONE, TODAY, 15) == date(2026, 3, 10)


# --- R7.3: what keeps a line back ------------------------------------------------------------------------------------


def test_R7_3_stages_in_their_order_are_demanded_together():
    assert skips([stage(1), stage(2), stage(3)]) == {1: None, 2: None, 3: None}


def test_R7_3_a_stage_waits_for_the_stages_before_it_and_for_nothing_else():
    lines = [
        stage(1),
        stage(2, certified_on=None),
        stage(3),
        line(4, Trigger.ON_BOOKING),
        stage(5),
    ]
    assert skips(lines) == {1: None, 3: Skip.OUT_OF_ORDER, 4: None, 5: Skip.OUT_OF_ORDER}


def test_R7_3_a_line_on_a_date_that_has_not_come_keeps_no_stage_back():
    future = line(1, Trigger.FIXED_DATE, fixed_on=date(2026, 3, 11))
    assert skips([future, stage(2)]) == {2: None}


def test_R7_3_lines_are_taken_in_the_order_of_the_schedule_however_they_are_given():
    lines = [stage(3), stage(1), stage(2, certified_on=None)]
    assert list(skips(lines).items()) == [(1, None), (3, Skip.OUT_OF_ORDER)]


def test_R6_what_fills_the_cap_exactly_is_demanded_and_a_cent_more_is_not():
    lines = [stage(1, "600"), stage(2, "400")]
    assert skips(lines, "1000") == {1: None, 2: None}
    assert skips(lines, "999.99") == {1: None, 2: Skip.AWAITING_AGREEMENT}


def test_R6_what_waits_for_the_agreement_makes_all_after_it_wait():
    lines = [
        line(1, Trigger.ON_BOOKING, "600"),
        line(2, Trigger.ON_BOOKING, "500"),
        line(3, Trigger.ON_BOOKING, "10"),
        stage(4, "10"),
        stage(5, "10"),
    ]
    assert skips(lines, "1000") == {
        1: None,
        2: Skip.AWAITING_AGREEMENT,
        3: Skip.AWAITING_AGREEMENT,
        4: Skip.AWAITING_AGREEMENT,
        5: Skip.OUT_OF_ORDER,  # the stage before it is not demanded
    }


def test_R6_a_stage_out_of_order_takes_nothing_from_the_cap():
    lines = [stage(1, certified_on=None), stage(2, "900"), line(3, Trigger.ON_BOOKING, "1000")]
    assert skips(lines, "1000") == {2: Skip.OUT_OF_ORDER, 3: None}


def test_R6_what_is_outside_the_consideration_does_not_count_for_the_cap():
    extra = line(1, Trigger.ON_BOOKING, "5000", in_consideration=False)
    assert skips([extra, line(2, Trigger.ON_BOOKING, "1000")], "1000") == {1: None, 2: None}


def test_R6_after_the_signature_there_is_no_cap():
    assert skips([line(1, Trigger.ON_BOOKING, "99999"), stage(2)]) == {1: None, 2: None}
