"""Opening a restored database: what waited is dropped or sent, never both, and never by accident (D27)."""

from datetime import timedelta

import pytest
from django.core.management import CommandError
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications.enums import NotificationType
from notifications.jobs import deliver_waiting
from notifications.models import Delivery
from notifications.services import notify
from realestate.core import audit, clock
from realestate.core.fence import close_fence, is_fenced
from realestate.core.jobs import defer, job_names
from realestate.safekeeping.opening import DELIVERIES, LETTERS, waiting
from tests.commands.running import run
from tests.safekeeping.conftest import ours

pytestmark = pytest.mark.django_db


def statuses():
    return sorted(ProcrastinateJob.objects.values_list("task_name", "status"))


@pytest.fixture
def restored(cast):
    """One notification on its way by e-mail, another in a day, a letter, and a job that a lost worker had."""
    for key in ("now", "later"):
        notify(
            user_ids=[cast.asha.pk],
            notification_type=NotificationType.PAYMENT_DUE,
            title="A demand",
            message="It is due.",
            related=("booking", 7),
            dedupe_key=key,
        )
    Delivery.objects.exclude(channel="email").delete()
    soon, later = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=later.pk).update(next_try_at=clock.now() + timedelta(days=1))
    ours("TRUNCATE procrastinate_jobs CASCADE")
    defer("notifications.deliver", delivery_id=soon.pk)
    defer("accounts.mail_password_reset", user_id=cast.asha.pk)
    defer("payments.raise_dated_demands")
    ours("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name LIKE 'payments%'")
    close_fence(actor=audit.SYSTEM, reason="restored")
    return soon, later


def test_the_jobs_that_write_to_people_exist():
    assert {*LETTERS, *DELIVERIES} <= job_names()


def test_it_asks_what_becomes_of_what_waits(restored):
    assert waiting() == 2
    with pytest.raises(CommandError, match="2 messages wait"):
        run("unfence")
    assert is_fenced()


def test_D27_what_waited_is_dropped_and_what_is_for_later_stays(restored):
    soon, later = restored
    assert "Dropped: 2" in run("unfence", "--drop-waiting")
    assert not is_fenced()
    assert statuses() == [
        ("accounts.mail_password_reset", "cancelled"),
        ("notifications.deliver", "cancelled"),
        ("payments.raise_dated_demands", "todo"),
    ]
    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.next_try_at, soon.failed_at is None) == (None, False)
    assert later.next_try_at is not None
    assert deliver_waiting() == "deliveries queued: 0, ahead of time: 0"


def test_or_it_is_sent(restored):
    assert "Dropped: 0" in run("unfence", "--send-waiting")
    assert {status for _, status in statuses()} == {"todo"}
    assert waiting() == 2


def test_nothing_waits_nothing_is_asked():
    run("fence", "--reason", "recovered")
    assert is_fenced()
    run("unfence")
    assert not is_fenced()
