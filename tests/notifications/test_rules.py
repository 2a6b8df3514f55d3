"""Defaults, pauses and clients' words."""

from datetime import UTC, datetime, time, timedelta

import pytest

from notifications.enums import Channel, NotificationType
from notifications.rules import PAUSES, TYPES, default_for, pause_after, quiet_until

BY_EMAIL = {"booking_update", "payment_due", "appointment_reminder", "change_request_update"}


@pytest.mark.parametrize("kind", NotificationType)
def test_defaults(kind):
    assert default_for(kind, Channel.IN_APP) is True
    assert default_for(kind, Channel.EMAIL) is (kind in BY_EMAIL)
    assert default_for(kind, Channel.SMS) is False
    assert default_for(kind, Channel.PUSH) is True


def test_pauses_grow_and_end():
    pauses = [pause_after(tries) for tries in range(1, len(PAUSES) + 1)]
    assert pauses == [timedelta(minutes=m) for m in (2, 10, 30, 60, 240, 720, 1440)]
    assert pause_after(len(PAUSES) + 1) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("payment", NotificationType.PAYMENT_DUE),
        ("payment_due", NotificationType.PAYMENT_DUE),
        ("Message", NotificationType.MESSAGE_RECEIVED),
        ("progress-update", NotificationType.PROGRESS_UPDATE),
        ("change request", NotificationType.CHANGE_REQUEST_UPDATE),
        ("general", None),
    ],
)
def test_words_for_types(word, meant):
    assert TYPES.resolve(word) is meant


# --- quiet hours (R20) ----------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-02T21:59:59+05:30", None),
        ("2026-03-02T22:00:00+05:30", "2026-03-03T07:00:00+05:30"),
        ("2026-03-02T23:30:00+05:30", "2026-03-03T07:00:00+05:30"),
        ("2026-03-03T00:00:00+05:30", "2026-03-03T07:00:00+05:30"),
        ("2026-03-03T06:59:59+05:30", "2026-03-03T07:00:00+05:30"),
        ("2026-03-03T07:00:00+05:30", None),
        ("2026-03-03T12:00:00+05:30", None),
    ],
)
def test_quiet_hours_over_midnight(now, expected):
    found = quiet_until(at(now), start=time(22), end=time(7), zone="Asia/Kolkata")
    assert found == (at(expected) if expected else None)


def test_quiet_hours_within_a_day():
    rest = {"start": time(13), "end": time(15), "zone": "Europe/London"}
    assert quiet_until(at("2026-07-01T13:30:00+01:00"), **rest) == at("2026-07-01T15:00:00+01:00")
    assert quiet_until(at("2026-07-01T15:00:00+01:00"), **rest) is None
    assert quiet_until(at("2026-07-01T02:00:00+01:00"), **rest) is None


@pytest.mark.parametrize(
    ("now", "end", "expected"),
    [
        # 8 March 2026: 02:00 becomes 03:00. Quiet until 02:30, which does not occur: 03:30 of the new time.
        ("2026-03-08T01:30:00-05:00", time(2, 30), "2026-03-08T03:30:00-04:00"),
        # 1 November 2026: 01:00-02:00 occurs twice. The first 01:30 ends it; in the second pass it is the second.
        ("2026-11-01T00:30:00-04:00", time(1, 30), "2026-11-01T01:30:00-04:00"),
        ("2026-11-01T01:10:00-05:00", time(1, 30), "2026-11-01T01:30:00-05:00"),
    ],
)
def test_quiet_hours_end_although_the_clock_is_changed(now, end, expected):
    found = quiet_until(at(now), start=time(22), end=end, zone="America/New_York")
    assert found == at(expected)


def test_equal_times_are_no_quiet():
    assert quiet_until(at("2026-03-02T07:00:00Z"), start=time(7), end=time(7), zone="UTC") is None
