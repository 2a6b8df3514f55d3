"""Times that can be booked, an appointment of Asha with Meera, and how the API says them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from realestate.core import clock
from scheduling import services
from scheduling.models import Appointment
from tests.cast import Cast

Time = Callable[..., datetime]
URL = "/api/appointments"


def wire(instant):
    """An instant as it is emitted."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stored():
    """Everything that a refused request must not change."""
    return list(Appointment.objects.order_by("pk").values())


@pytest.fixture
def at() -> Time:
    """``at(10, 30)``: half past ten in India, in three days; always bookable."""

    def instant(hour: int, minute: int = 0, *, days: int = 3) -> datetime:
        day = clock.local(clock.now()) + timedelta(days=days)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)

    return instant


@pytest.fixture
def visit(cast: Cast, at: Time) -> Appointment:
    """Asha visits Meera's site, 10:00 to 11:00."""
    return services.book_appointment(
        actor=cast.asha,
        project_id=cast.meera_project.pk,
        appointment_type="site_visit",
        appointment_date=at(10),
    )
