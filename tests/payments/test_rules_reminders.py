"""R20: the ladder of reminders, quiet hours, and what a proof of payment pauses."""

from datetime import date, timedelta

import pytest

from payments.rules.reminders import due_rung, is_paused, is_quiet, ladder_of
from payments.services.reminders import LADDER
from realestate.core.errors import InvalidValue

STANDARD = (-7, 0, 1, 7, 15, 30)
DUE = date(2026, 1, 12)
ISSUED = date(2025, 12, 1)


@pytest.mark.parametrize(
    ("days", "rung"),
    [
        (-8, None),
        (-7, -7),
        (-6, -7),
        (-1, -7),
        (0, 0),
        (1, 1),
        (2, 1),
        (6, 1),
        (7, 7),
        (14, 7),
        (15, 15),
        (29, 15),
        (30, 30),
        (400, 30),
    ],
)
def test_R20_the_highest_rung_whose_day_has_come(days, rung):
    today = DUE + timedelta(days=days)
    assert due_rung(DUE, today, STANDARD, issued_on=ISSUED) == rung
    assert due_rung(DUE, today, STANDARD, issued_on=ISSUED, sent=rung) is None


def test_R20_a_rung_below_the_one_that_was_sent_is_over_also_when_the_ladder_changes():
    today = DUE + timedelta(days=8)
    assert due_rung(DUE, today, (3, 5), issued_on=ISSUED, sent=7) is None
    assert due_rung(DUE, today, (3, 8), issued_on=ISSUED, sent=7) == 8


@pytest.mark.parametrize(("issued", "rung"), [(-8, -7), (-7, None), (0, None), (-1, None)])
def test_R20_the_demand_itself_stands_for_rungs_up_to_its_day(issued, rung):
    on = DUE + timedelta(days=issued)
    today = max(on, DUE - timedelta(days=7))
    assert due_rung(DUE, today, STANDARD, issued_on=on) == rung


@pytest.mark.parametrize(
    ("words", "ladder"),
    [
        (["-7", "0", "1", "7", "15", "30"], STANDARD),
        (["7", "-7", "+1"], (-7, 1, 7)),
        (["0"], (0,)),
        (["365", "-365"], (-365, 365)),
    ],
)
def test_R20_ladders_that_can_be_read(words, ladder):
    assert ladder_of(words) == ladder
    assert LADDER.clean(words) == tuple(words)


@pytest.mark.parametrize(
    "words",
    [
        "-7,0,1",
        [],
        [""],
        ["1", "", "2"],
        ["1,2"],
        ["1.5"],
        ["NaN"],
        ["1e400"],
        ["1", "1"],
        ["1", "+1"],
        ["366"],
        ["-366"],
        ["--1"],
        ["-"],
        ["+-1"],
        ["1_0"],
        ["\u0661"],
        ["1\x00"],
        ["99999"],
        [str(day) for day in range(21)],
    ],
)
def test_R20_ladders_that_cannot_be_read_are_refused_as_settings(words):
    with pytest.raises(InvalidValue) as refusal:
        LADDER.clean(words)
    assert list(refusal.value.errors) == ["value"]


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [
        (21, 8, {21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7}),
        (12, 14, {12, 13}),
        (0, 6, {0, 1, 2, 3, 4, 5}),
        (8, 8, set()),
    ],
)
def test_R20_quiet_hours_may_pass_midnight(begin, end, quiet):
    assert {hour for hour in range(24) if is_quiet(hour, begin, end)} == quiet


@pytest.mark.parametrize(
    ("rung", "age", "days", "paused"),
    [
        (-7, 0, 5, False),
        (0, 0, 5, False),
        (1, 0, 5, True),
        (30, 4, 5, True),
        (30, 5, 5, False),
        (1, 0, 0, False),
    ],
)
def test_R20_a_proof_pauses_what_comes_after_the_due_date(rung, age, days, paused):
    assert is_paused(rung, DUE, [DUE - timedelta(days=age)], days) is paused
    assert is_paused(rung, DUE, [], days) is False


def test_R20_a_ladder_has_from_one_to_twenty_rungs():
    assert ladder_of([str(day) for day in range(20)]) == tuple(range(20))
    for words in ([], [str(day) for day in range(21)], ["1", "1"]):
        with pytest.raises(ValueError, match="1 to 20 numbers"):
            ladder_of(words)
