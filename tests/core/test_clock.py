"""The one clock: instants in UTC, days in the project's zone (R0)."""

from datetime import UTC, date, datetime, timedelta

from realestate.core import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == timedelta(0)


def test_R0_a_day_is_the_projects_day(time_machine):
    time_machine.move_to("2025-03-31T18:30:00Z", tick=False)
    assert clock.today() == date(2025, 4, 1)  # midnight in India
    assert clock.today("America/New_York") == date(2025, 3, 31)
    time_machine.move_to("2025-03-31T18:29:59Z", tick=False)
    assert clock.today() == date(2025, 3, 31)


def test_local_keeps_the_instant_across_a_clock_change():
    before = datetime(2025, 3, 30, 0, 30, tzinfo=UTC)
    after = before + timedelta(hours=1)
    assert clock.local(before, "Europe/London").hour == 0
    assert clock.local(after, "Europe/London").hour == 2
    assert clock.local(after, "Europe/London") == after
