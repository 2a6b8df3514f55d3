"""Asha's booking of Meera's unit, on hold, at noon of a winter's day."""

from datetime import UTC, datetime

import pytest

from bookings import services
from bookings.models import Booking
from tests.cast import Cast

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(request, time_machine):
    """The clock stands still; races need a running one."""
    if "transactional_db" not in request.fixturenames:
        time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def booking(cast: Cast) -> Booking:
    """On hold until half past twelve; the token is 75,000."""
    return services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
