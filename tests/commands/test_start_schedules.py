"""``start_schedules``: bookings confirmed before there were schedules get theirs, once."""

from datetime import UTC, datetime

import pytest

from bookings.enums import BookingState
from bookings.models import Booking
from payments.models import Demand, PlanLine, PlanTemplate, ScheduleLine, ScheduleRevision
from tests.commands.running import run
from tests.factories.bookings import BookingFactory

pytestmark = pytest.mark.django_db
COMMAND = "start_schedules"


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)


def old_booking(**facts) -> Booking:
    booking = BookingFactory(paid=True, agreement_value=1_000_000, token_amount=10_000, **facts)
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.BOOKING_CONFIRMED)
    return booking


def test_old_bookings_get_their_schedule_once():
    first, second = old_booking(), old_booking()
    still_paid = BookingFactory(paid=True)
    assert run(COMMAND, "--dry-run").splitlines() == [
        f"booking {first.pk}: has no schedule",
        f"booking {second.pk}: has no schedule",
        "2 bookings",
    ]
    assert not ScheduleRevision.objects.exists()
    told = run(COMMAND, "--booking", str(first.pk)).splitlines()
    number = Demand.objects.get().number
    assert told == [f"booking {first.pk}: demanded by {number}", "1 booking"]
    run(COMMAND)
    assert run(COMMAND) == "0 bookings\n"
    for booking in (first, second):
        rows = ScheduleLine.objects.filter(booking=booking).order_by("sequence")
        assert [row.amount for row in rows] == [10_000, 990_000]
    assert not ScheduleRevision.objects.filter(booking=still_paid).exists()


def test_a_plan_that_does_not_fit_is_told_and_stops_no_other():
    first, second = old_booking(), old_booking()
    for booking in (first, second):
        plan = PlanTemplate.objects.create(
            project=booking.project, payment_plan=booking.payment_plan, name="Plan"
        )
        is_first = booking == first
        PlanLine.objects.create(
            template=plan,
            sequence=1,
            label="Stage" if is_first else "All",
            kind="percent",
            percent=100,
            trigger="milestone" if is_first else "on_booking",
            milestone_code="roof" if is_first else "",
        )
    told = run(COMMAND).splitlines()
    assert told[0].startswith(f"booking {first.pk}: refused, ")
    assert told[1].startswith(f"booking {second.pk}: ")
    assert told[2] == "2 bookings"
    assert list(ScheduleRevision.objects.values_list("booking", flat=True)) == [second.pk]
