"""R14 as numbers: overlap vectors, the transition table, clients' words and times."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realestate.core.states import allowed_actions
from scheduling.enums import (
    LIVE,
    AppointmentAction,
    AppointmentStatus,
    AppointmentType,
    AskedStatus,
    MeetingLocation,
)
from scheduling.rules import (
    ACTION_FOR,
    ASKED,
    STATUSES,
    TRANSITIONS,
    TYPES,
    Slot,
    customer_conflict,
    host_conflict,
    instant,
    most_at_once,
    place,
    slot_from,
    time_text,
)

DAY = datetime(2026, 12, 1, tzinfo=UTC)
A, S = AppointmentAction, AppointmentStatus


def between(start: str, end: str, buffer: int = 0) -> Slot:
    """A slot of one day, from and to as people write them."""
    first, last = (DAY + timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in (start, end))
    return slot_from(
        first, minutes=int((last - first).total_seconds()) // 60, buffer_minutes=buffer
    )


@pytest.mark.parametrize(
    ("other", "buffer", "conflict"),
    [
        (("11:00", "12:00"), 0, False),
        (("11:00", "12:00"), 15, True),
        (("11:15", "12:00"), 15, False),
        (("10:59", "11:30"), 0, True),
        (("10:59", "11:30"), 15, True),
        (("09:00", "10:00"), 0, False),
        (("09:00", "10:00"), 15, True),
        (("10:15", "10:45"), 0, True),
        (("09:00", "12:00"), 0, True),
        (("10:00", "11:00"), 0, True),
    ],
)
def test_R14_7_slots_of_one_host(other, buffer, conflict):
    one, two = between("10:00", "11:00", buffer), between(other[0], other[1], buffer)
    assert host_conflict(one, two) is conflict
    assert host_conflict(two, one) is conflict


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        (("11:00", "12:00"), False),
        (("09:00", "10:00"), False),
        (("10:59", "11:30"), True),
        (("09:30", "10:01"), True),
        (("10:00", "11:00"), True),
    ],
)
def test_R14_1_slots_of_one_customer_need_no_buffer(other, conflict):
    one, two = between("10:00", "11:00", 15), between(other[0], other[1], 15)
    assert customer_conflict(one, two) is conflict
    assert customer_conflict(two, one) is conflict


minutes = st.integers(min_value=0, max_value=600)


@given(minutes, st.integers(15, 240), minutes, st.integers(15, 240), st.integers(0, 60))
def test_R14_2_conflict_is_symmetric_and_the_buffer_only_adds(start, length, other, span, buffer):
    one = slot_from(DAY + timedelta(minutes=start), minutes=length, buffer_minutes=buffer)
    two = slot_from(DAY + timedelta(minutes=other), minutes=span, buffer_minutes=buffer)
    assert host_conflict(one, two) == host_conflict(two, one)
    gap = max(start, other) - min((start + length, other + span), key=lambda end: end)
    assert customer_conflict(one, two) == (gap < 0)
    if customer_conflict(one, two):
        assert host_conflict(one, two)


@pytest.mark.parametrize(
    ("intervals", "peak"),
    [
        ([], 0),
        ([("10:00", "11:00")], 1),
        ([("10:00", "11:00"), ("11:00", "12:00")], 1),
        ([("10:00", "11:00"), ("10:59", "12:00")], 2),
        ([("10:00", "12:00"), ("10:00", "10:30"), ("11:30", "12:00")], 2),
        ([("10:00", "12:00"), ("10:10", "11:50"), ("10:20", "11:40")], 3),
    ],
)
def test_R14_2_most_visits_at_once(intervals, peak):
    slots = [between(*interval) for interval in intervals]
    assert most_at_once((slot.starts_at, slot.ends_at) for slot in slots) == peak


@given(st.lists(st.tuples(minutes, st.integers(1, 240)), max_size=12))
def test_R14_2_most_visits_at_once_is_the_fullest_minute(visits):
    intervals = [
        (DAY + timedelta(minutes=start), DAY + timedelta(minutes=start + span))
        for start, span in visits
    ]
    fullest = max(
        (sum(start <= minute < start + span for start, span in visits) for minute in range(900)),
        default=0,
    )
    assert most_at_once(intervals) == fullest


# --- the table ------------------------------------------------------------------------------------

MOVES = {
    (S.SCHEDULED, A.CONFIRM): S.CONFIRMED,
    (S.SCHEDULED, A.RESCHEDULE): S.SCHEDULED,
    (S.SCHEDULED, A.COMPLETE): S.COMPLETED,
    (S.SCHEDULED, A.NO_SHOW): S.CANCELLED,
    (S.SCHEDULED, A.CANCEL): S.CANCELLED,
    (S.CONFIRMED, A.REOPEN): S.SCHEDULED,
    (S.CONFIRMED, A.RESCHEDULE): S.SCHEDULED,
    (S.CONFIRMED, A.COMPLETE): S.COMPLETED,
    (S.CONFIRMED, A.NO_SHOW): S.CANCELLED,
    (S.CONFIRMED, A.CANCEL): S.CANCELLED,
}


@pytest.mark.parametrize("state", AppointmentStatus)
@pytest.mark.parametrize("action", AppointmentAction)
def test_R14_6_every_move_and_no_other(state, action):
    assert TRANSITIONS.get(state, {}).get(action) == MOVES.get((state, action))


def test_R14_1_only_live_states_can_be_left():
    assert {state for state in AppointmentStatus if allowed_actions(TRANSITIONS, state)} == LIVE


def test_every_status_that_can_be_asked_for_has_an_action():
    assert set(ACTION_FOR) == set(AskedStatus)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("site_visit", AppointmentType.SITE_VISIT),
        ("site-visit", AppointmentType.SITE_VISIT),
        ("Site Visit", AppointmentType.SITE_VISIT),
        ("virtual", AppointmentType.VIRTUAL_TOUR),
        ("virtual_tour", AppointmentType.VIRTUAL_TOUR),
        ("office", AppointmentType.CONSULTATION),
        ("DESIGN_REVIEW", AppointmentType.DESIGN_REVIEW),
        ("progress-update", AppointmentType.PROGRESS_UPDATE),
        ("documentation", AppointmentType.DOCUMENTATION),
        ("party", None),
    ],
)
def test_words_for_types(word, meant):
    assert TYPES.resolve(word) is meant


def test_pending_means_scheduled():
    assert STATUSES.resolve("pending") is S.SCHEDULED
    assert STATUSES.resolve("rescheduled") is S.SCHEDULED
    assert STATUSES.resolve("Canceled") is S.CANCELLED
    assert ASKED.resolve("pending") is AskedStatus.SCHEDULED
    assert ASKED.resolve("no-show") is AskedStatus.NO_SHOW
    assert ASKED.resolve("rescheduled") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("site", (MeetingLocation.SITE, "")),
        ("Online", (MeetingLocation.ONLINE, "")),
        ("OFFICE", (MeetingLocation.OFFICE, "")),
        ("", (MeetingLocation.SITE, "")),
        ("Main gate", (MeetingLocation.SITE, "Main gate")),
        ("https://meet.example.com/x", (MeetingLocation.ONLINE, "https://meet.example.com/x")),
    ],
)
def test_free_text_becomes_the_location(text, found):
    assert place(text) == found


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (4, 30, "10:00 AM"),
        (18, 30, "12:00 AM"),
        (6, 30, "12:00 PM"),
        (6, 29, "11:59 AM"),
        (7, 30, "01:00 PM"),
        (18, 29, "11:59 PM"),
    ],
)
def test_time_text_is_the_projects_wall_clock(hour, minute, text):
    assert time_text(datetime(2026, 12, 1, hour, minute, tzinfo=UTC), "Asia/Kolkata") == text


def test_a_time_without_offset_is_the_projects():
    assert instant(datetime(2026, 12, 1, 10, 0), "Asia/Kolkata") == datetime(  # noqa: DTZ001  # what it is about
        2026, 12, 1, 4, 30, tzinfo=UTC
    )
    aware = datetime.fromisoformat("2026-12-01T10:00:00+02:00")
    assert instant(aware, "Asia/Kolkata") == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_clock_changes_skip_and_repeat_times():
    skipped = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001  # a wall clock
    repeated = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  # a wall clock
    assert instant(skipped, "Europe/Berlin") is None
    assert instant(repeated, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "wall_clock_end"),
    [
        ("2026-03-29T01:30", "04:30"),  # two hours, and the clock jumps over one
        ("2026-10-25T01:30", "02:30"),  # two hours, and the clock repeats one
        ("2026-06-01T01:30", "03:30"),
    ],
)
def test_R14_7_a_slot_across_a_clock_change_keeps_its_real_length(start, wall_clock_end):
    begins = instant(datetime.fromisoformat(start), "Europe/Berlin")
    assert begins is not None
    slot = slot_from(begins, minutes=120, buffer_minutes=15)
    steps = [slot.starts_at, slot.ends_at, slot.host_free_at]
    assert [after - before for before, after in pairwise(steps)] == [
        timedelta(hours=2),
        timedelta(minutes=15),
    ]
    assert time_text(slot.ends_at, "Europe/Berlin") == f"{wall_clock_end} AM"
