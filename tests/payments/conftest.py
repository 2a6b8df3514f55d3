"""Asha's booking of Meera's unit, on hold, at noon of a winter's day; a plan by stages; and an account."""

from datetime import UTC, date, datetime

import pytest

from bookings import services
from bookings.models import Booking
from payments.enums import DemandKind
from payments.models import DemandLine
from payments.services import add_plan
from tests.cast import Cast
from tests.factories.progress import MilestoneFactory
from tests.payments.account import BY_STAGES, demand, interest, pay, signed

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


@pytest.fixture
def account(cast):
    """Asha's signed booking, without money yet."""
    return signed(cast)


@pytest.fixture
def two(account):
    """D1 and D2 of R8's vector."""
    first = demand(account, "100000", "5000", issued=date(2024, 12, 26), due=date(2025, 1, 10))
    second = demand(account, "200000", "10000", issued=date(2025, 1, 26), due=date(2025, 2, 10))
    return first, second


@pytest.fixture
def note(cast, account, two):
    """Late interest on the first of them."""
    interest(cast, account, date(2025, 3, 1))
    return DemandLine.objects.filter(demand__kind=DemandKind.INTEREST).order_by("pk").first()
