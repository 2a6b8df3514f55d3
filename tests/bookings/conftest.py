"""Asha's booking of Meera's unit, on hold, with its token paid, and a change request about it; noon."""

from datetime import UTC, datetime

import pytest

from bookings import services
from bookings.enums import BookingState
from bookings.events import BookingMoved
from bookings.models import Booking, ChangeRequest
from projects.models import Claim
from realestate.core import events
from tests.cast import Cast
from tests.factories.bookings import BookingFactory, ChangeRequestFactory
from tests.factories.payments import PaymentFactory

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def noon(time_machine):
    """The clock stands still, and moves when a test moves it."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[BookingMoved]:
    """What was published about bookings."""
    news: list[BookingMoved] = []
    monkeypatch.setitem(
        events._handlers, BookingMoved, [*events.listeners(BookingMoved), news.append]
    )
    return news


@pytest.fixture
def hold(cast: Cast) -> Claim:
    """Asha holds Meera's unit for half an hour."""
    return services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


@pytest.fixture
def booking(cast: Cast) -> Booking:
    """Asha has booked Meera's unit; it is on hold."""
    return services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


@pytest.fixture
def paid(cast: Cast, booking: Booking) -> Booking:
    """The same booking with its token paid."""
    PaymentFactory(booking=booking, amount=booking.token_amount)
    return services.move_booking(actor=cast.meera, booking_id=booking.pk, action="pay_token")


@pytest.fixture
def change(cast: Cast) -> ChangeRequest:
    """Asha wants more sockets; Meera looks at it. No money has been paid for the booking."""
    booking = BookingFactory(
        paid=True,
        state=BookingState.BOOKING_CONFIRMED,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
    )
    return ChangeRequestFactory(booking=booking, state="under_review")
