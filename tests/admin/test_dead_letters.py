"""What could not be delivered or done waits for staff, who see why and try it again."""

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications.models import Delivery
from realestate.core import clock
from realestate.core.jobs import defer
from tests.factories.notifications import NotificationFactory

LIST = "/admin/notifications/delivery/"


@pytest.fixture
def letters(db: None) -> tuple[Delivery, Delivery]:
    """One that was given up, and one that waits."""
    now = clock.now()
    return (
        Delivery.objects.create(
            notification=NotificationFactory(title="Given up"),
            channel="email",
            failed_at=now,
            tries=8,
            error="ConnectionRefusedError: the server is away",
        ),
        Delivery.objects.create(
            notification=NotificationFactory(title="On its way"), channel="email", next_try_at=now
        ),
    )


def listed(staff: Client, query: str = "") -> set[int]:
    return set(staff.get(LIST + query).context["cl"].queryset.values_list("pk", flat=True))


def offers_retry(staff: Client, row: Delivery) -> bool:
    return f"{row.pk}/do/retry/" in staff.get(f"{LIST}{row.pk}/change/").content.decode()


def test_dead_letters_are_listed_with_what_they_met_with(staff: Client, letters):
    dead, waiting = letters
    assert listed(staff) == {dead.pk, waiting.pk}
    assert listed(staff, "?standing=failed") == {dead.pk}
    assert listed(staff, "?standing=waiting") == {waiting.pk}
    assert listed(staff, "?standing=sent") == listed(staff, "?standing=stranded") == set()
    Delivery.objects.update(is_stranded=True)
    assert listed(staff, "?standing=stranded") == {waiting.pk}
    assert "the server is away" in staff.get(f"{LIST}?standing=failed").content.decode()


def test_a_dead_letter_is_tried_again_and_one_on_its_way_is_not(staff: Client, letters):
    dead, waiting = letters
    assert offers_retry(staff, dead)
    staff.post(f"{LIST}{dead.pk}/do/retry/")
    dead.refresh_from_db()
    assert (dead.failed_at, dead.tries) == (None, 0)
    assert list(ProcrastinateJob.objects.values_list("args", flat=True)) == [
        {"delivery_id": dead.pk}
    ]
    for row in (dead, waiting):  # both wait now
        assert not offers_retry(staff, row)


def test_jobs_that_failed_for_good_are_listed(staff: Client, db: None):
    defer("notifications.deliver", delivery_id=1)
    page = staff.get("/admin/procrastinate/procrastinatejob/?status__exact=todo")
    assert page.status_code == 200
    assert page.context["cl"].queryset.count() == 1
    failed = staff.get("/admin/procrastinate/procrastinatejob/?status__exact=failed")
    assert failed.context["cl"].queryset.count() == 0
