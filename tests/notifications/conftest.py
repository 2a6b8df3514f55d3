"""What the queue holds."""

from collections.abc import Callable

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications import services
from notifications.enums import NotificationType
from notifications.models import Delivery, Notification

Told = Callable[..., None]


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
