"""Asha's booking of Meera's unit, on hold, at noon of a winter's day; and a plan by stages."""

from datetime import UTC, date, datetime

import pytest

from bookings import services
from bookings.models import Booking
from payments.services import add_plan
from tests.cast import Cast
from tests.factories.progress import MilestoneFactory
from tests.payments.account import BY_STAGES, pay

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


@pytest.fixture
def stages(cast):
    return [
        MilestoneFactory(
            project=cast.meera_project,
            sequence=place,
            code=code,
            reported=True,
            photos=["https://cdn.example.com/plinth.jpg"],
        )
        for place, code in enumerate(("plinth", "slab"), start=1)
    ]


@pytest.fixture
def plan(cast, stages):
    return add_plan(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        payment_plan="installments",
        name="By stages",
        lines=BY_STAGES,
    )


@pytest.fixture
def paid(cast, booking):
    """Token paid: 75,000 of 7,500,000."""
    pay(cast, booking, "75000", date(2026, 1, 5), payment_type="token")
    booking.refresh_from_db()
    return booking
