"""The periodic job and the command: they record, nothing depends on them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from bookings.enums import BookingState
from bookings.jobs import record_lapses_now
from realestate.core import clock
from realestate.core.jobs import job_names

pytestmark = pytest.mark.django_db


def test_the_job_is_registered():
    assert "bookings.expire_holds" in job_names()


def test_the_job_records_and_accepts_what_it_does_not_know(booking, time_machine):
    time_machine.move_to(clock.now() + timedelta(hours=1))
    record_lapses_now(timestamp=1, unknown="x")
    booking.refresh_from_db()
    assert booking.state == BookingState.EXPIRED


def test_the_command_says_what_it_did(booking, time_machine):
    time_machine.move_to(clock.now() + timedelta(hours=1))
    out = StringIO()
    call_command("expire_holds", stdout=out)
    assert out.getvalue().splitlines() == ["holds: 1, bookings: 1, quotes: 0"]
    out = StringIO()
    call_command("expire_holds", stdout=out)
    assert out.getvalue().splitlines() == ["holds: 0, bookings: 0, quotes: 0"]
