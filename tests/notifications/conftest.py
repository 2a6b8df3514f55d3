"""What the queue holds, some news, and whom the news of bookings and money are about."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications import services
from notifications.enums import NotificationType
from notifications.models import Delivery, Notification
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.payments.account import signed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def queued(db) -> Callable[[], list[int]]:
    """The notifications that have a job to be sent, in order of the jobs."""

    def ids() -> list[int]:
        jobs = ProcrastinateJob.objects.filter(task_name="notifications.deliver").order_by("pk")
        told = dict(Delivery.objects.values_list("pk", "notification"))
        return [told[job.args["delivery_id"]] for job in jobs]

    return ids


@pytest.fixture
def tell(db) -> Callable[..., list[Notification]]:
    """``tell(cast.asha, cast.ravi)``: some news about a booking; returns what is stored under its key."""

    def told(*people, dedupe_key="news:1", **changes) -> list[Notification]:
        news = {
            "notification_type": NotificationType.BOOKING_UPDATE,
            "title": "News",
            "message": "Something happened.",
            "related": ("booking", 7),
            **changes,
        }
        services.notify(user_ids=[person.pk for person in people], dedupe_key=dedupe_key, **news)
        return list(Notification.objects.filter(dedupe_key=dedupe_key).order_by("pk"))

    return told


@pytest.fixture
def noon(time_machine):
    """It stands still: half past five in the evening in India."""
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def booking(cast):
    """Asha books Meera's unit."""
    return BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)


@pytest.fixture
def staff(cast):
    """Omar works with Sana; somebody else has left."""
    StaffFactory(is_active=False)
    return StaffFactory(email="omar@example.com")


@pytest.fixture
def account(cast):
    """Asha's signed booking, without money yet."""
    return signed(cast)
