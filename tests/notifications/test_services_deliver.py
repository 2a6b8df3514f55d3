"""Sending by e-mail: once, although jobs run twice, workers die and servers refuse."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from notifications import jobs, services
from notifications.enums import NotificationType
from notifications.models import Delivery, Notification
from notifications.rules import PAUSES
from realestate.core import clock
from realestate.core.jobs import job_names
from realestate.core.mail import sender_name
from tests.races.support import losers, run_together


@pytest.fixture
def told(cast, tell) -> Notification:
    """News for Asha."""
    return tell(
        cast.asha,
        title="Booking\nconfirmed",
        message="Unit <A-101> & garden is yours.",
        action_url="/customer/bookings",
    )[0]


@pytest.fixture
def row(told) -> Delivery:
    """The same on their way by e-mail."""
    return told.deliveries.get(channel="email")


class DeafServer(EmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.fixture
def deaf(settings):
    """From now on nobody takes our mail."""
    settings.EMAIL_BACKEND = f"{__name__}.DeafServer"


def test_the_email(cast, row, settings):
    jobs.deliver(delivery_id=row.pk, something_newer="is ignored")
    assert len(mail.outbox) == 1
    sent: Any = mail.outbox[0]
    assert (sent.to, sent.subject) == (["asha@example.com"], "Booking confirmed")
    assert sent.extra_headers == {
        "Auto-Submitted": "auto-generated",
        "Message-ID": f"<notification.{row.notification_id}@testserver>",
    }
    link = f"{settings.FRONTEND_URL}/customer/bookings"
    assert "Hello Asha Rao," in sent.body
    assert "Unit <A-101> & garden is yours." in sent.body
    assert link in sent.body
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "Unit &lt;A-101&gt; &amp; garden is yours." in html
    assert f'href="{link}"' in html
    row.refresh_from_db()
    assert (row.sent_at is not None, row.next_try_at, row.tries, row.error) == (True, None, 1, "")
    row.notification.refresh_from_db()
    assert row.notification.sent_at == row.sent_at


def test_the_email_says_who_sends_it_and_gives_each_line_a_paragraph(cast, tell, settings):
    settings.DEFAULT_FROM_EMAIL = "Meera & Sons <no-reply@example.com>"
    row = tell(cast.asha, message="Two are open:\nDM-1 and\nDM-2.")[0].deliveries.get()
    jobs.deliver(delivery_id=row.pk)
    html = mail.outbox[0].alternatives[0][0]
    assert html.count("Meera &amp; Sons") == 1
    for line in ("Two are open:", "DM-1 and", "DM-2."):
        assert html.count(f">{line}</p>") == 1


def test_a_sender_without_a_name_is_its_address(settings):
    settings.DEFAULT_FROM_EMAIL = "no-reply@example.com"
    assert sender_name() == "no-reply@example.com"


def test_without_a_page_there_is_no_link(cast, tell):
    row = tell(cast.asha, dedupe_key="x")[0].deliveries.get()
    jobs.deliver(delivery_id=row.pk)
    sent: Any = mail.outbox[0]
    assert "http" not in sent.body
    assert "href" not in sent.alternatives[0][0]


def test_a_second_run_sends_nothing(row):
    jobs.deliver(delivery_id=row.pk)
    jobs.deliver(delivery_id=row.pk)
    assert len(mail.outbox) == 1


def test_what_was_sent_keeps_its_time(row):
    first = clock.now()
    for moment in (first, first + timedelta(hours=1)):
        with time_machine.travel(moment, tick=False):
            services.finish_delivery(delivery_id=row.pk)
    row.refresh_from_db()
    assert row.sent_at == first


def test_one_that_another_worker_has_is_left_alone(row):
    assert services.start_delivery(delivery_id=row.pk) is not None
    jobs.deliver(delivery_id=row.pk)
    assert mail.outbox == []


def test_what_is_gone_or_not_due_is_left_alone(cast, tell, row):
    later = tell(cast.asha, dedupe_key="l", scheduled_send_time=clock.now() + timedelta(days=1))[0]
    in_app = tell(cast.asha, dedupe_key="i", notification_type=NotificationType.MESSAGE_RECEIVED)[0]
    assert not in_app.deliveries.exists()
    gone = row.pk
    row.delete()
    for pk in (later.deliveries.get().pk, gone, 0, 10**15):
        jobs.deliver(delivery_id=pk)
    assert mail.outbox == []


def test_a_worker_that_died_is_made_good_by_the_sweep(row, queued):
    services.start_delivery(delivery_id=row.pk)  # and then nothing more
    assert services.queue_waiting_deliveries() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        jobs.deliver_waiting()
        assert queued() == [row.notification_id] * 2
        jobs.deliver(delivery_id=row.pk)
    assert len(mail.outbox) == 1


def test_a_server_that_refuses_is_asked_later_and_later_and_then_no_more(row, deaf):
    now = clock.now()
    for pause in PAUSES:
        with time_machine.travel(now, tick=False):
            with pytest.raises(ConnectionRefusedError):
                jobs.deliver(delivery_id=row.pk)
            jobs.deliver(delivery_id=row.pk)  # the queue's own retry comes too early
            row.refresh_from_db()
            assert row.next_try_at == now + timedelta(minutes=pause)
        now += timedelta(minutes=pause)
    with time_machine.travel(now, tick=False), pytest.raises(ConnectionRefusedError):
        jobs.deliver(delivery_id=row.pk)
    row.refresh_from_db()
    assert (row.tries, row.next_try_at, row.sent_at) == (len(PAUSES) + 1, None, None)
    assert (row.failed_at, row.error) == (now, "ConnectionRefusedError: ")
    with time_machine.travel(now + timedelta(days=30), tick=False):
        assert services.queue_waiting_deliveries() == 0


def test_scheduled_ones_are_swept_when_they_are_due(cast, tell, queued):
    later = clock.now() + timedelta(hours=3)
    row = tell(cast.asha, scheduled_send_time=later)[0]
    assert services.queue_waiting_deliveries() == 0
    with time_machine.travel(later, tick=False):
        assert services.queue_waiting_deliveries() == 1
    assert queued() == [row.pk]


def test_who_was_shut_out_gets_no_email(cast, row):
    type(cast.asha).objects.filter(pk=cast.asha.pk).update(is_active=False)
    jobs.deliver(delivery_id=row.pk)
    row.refresh_from_db()
    assert (mail.outbox, row.sent_at, row.next_try_at) == ([], None, None)
    assert (row.failed_at is not None, row.error) == (True, "The account is closed.")


@pytest.mark.django_db(transaction=True)
def test_ten_workers_send_one_email(row):
    results = run_together(10, lambda _index: jobs.deliver(delivery_id=row.pk))
    assert losers(results) == []
    assert len(mail.outbox) == 1


def test_the_jobs_are_known():
    assert {"notifications.deliver", "notifications.deliver_waiting"} <= job_names()
