"""The fence: in a closed database no worker gets a job, the clock queues none, nothing speaks to the outside (I7)."""

import pytest
import requests
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from notifications import channels
from notifications.models import Delivery
from payments.gateways.base import Guarded
from realestate.core import audit
from realestate.core.fence import Fenced, close_fence, is_fenced, open_fence
from realestate.core.jobs import defer
from realestate.core.mail import send_mail
from realestate.core.models import AuditEntry, Fence, JobRun
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
FETCH = "SELECT task_name FROM procrastinate_fetch_job_v2(NULL, (SELECT * FROM procrastinate_register_worker_v1()))"
TICK = "SELECT procrastinate_defer_periodic_job_v2('default', NULL, NULL, 'payments.remind_buyers', 0, 'x', %s, '{}')"


def answer(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


@pytest.fixture
def closed():
    close_fence(actor=audit.SYSTEM, reason="a test")


def test_a_migrated_database_is_open_and_says_who_closed_and_opened_it():
    assert not is_fenced()
    close_fence(actor=audit.SYSTEM, reason="recovered to a point in time")
    assert is_fenced()
    open_fence(actor=audit.SYSTEM, reason="it is the real one")
    assert not is_fenced()
    entries = AuditEntry.objects.filter(object_type="core.fence").order_by("pk")
    assert list(entries.values_list("action", "reason")) == [
        ("fenced", "recovered to a point in time"),
        ("opened", "it is the real one"),
    ]


def test_another_database_than_the_row_names_is_closed():
    Fence.objects.update(opened_for="7412/16384")
    assert is_fenced()


def test_there_is_one_row():
    assert Fence.objects.count() == 1
    with pytest.raises(Exception, match="there_is_one_fence"):
        answer("INSERT INTO core_fence SELECT 2, system, '', '', now() FROM core_fence RETURNING 1")


def test_I7_no_worker_gets_a_job_and_the_clock_queues_none(closed):
    defer("accounts.mail_password_reset", user_id=0)
    assert (answer(FETCH), answer(TICK, 60)) == (None, None)
    assert answer("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 1
    open_fence(actor=audit.SYSTEM, reason="")
    assert answer(FETCH) == "accounts.mail_password_reset"
    assert answer(TICK, 60) is not None


def test_I7_control_without_the_triggers_a_closed_database_works_on(closed):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER no_job_while_fenced ON procrastinate_jobs")
        cursor.execute("DROP TRIGGER no_clock_while_fenced ON procrastinate_periodic_defers")
    defer("accounts.mail_password_reset", user_id=0)
    assert answer(FETCH) == "accounts.mail_password_reset"
    assert answer(TICK, 60) is not None


def letter():
    send_mail(
        to="a@example.org",
        subject="Hello",
        template="accounts/mail/reset_password",
        context={"name": "Asha", "link": "https://example.org", "site": ""},
    )


def test_I7_mail_is_not_sent(closed):
    with pytest.raises(Fenced):
        letter()
    assert mail.outbox == []
    open_fence(actor=audit.SYSTEM, reason="")
    letter()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
def test_I7_no_channel_takes_a_delivery(closed, channel):
    with pytest.raises(Fenced):
        channels.send(Delivery(channel=channel))


def test_I7_gateways_are_not_asked(closed):
    with Guarded() as session, pytest.raises(requests.ConnectionError, match="is fenced"):
        session.post("http://127.0.0.1:9/v1/checkout/sessions")


def test_I7_jobs_by_hand_are_refused(closed):
    with pytest.raises(CommandError, match="is fenced"):
        call_command("remind_buyers")
    assert JobRun.objects.count() == 0


def test_readiness_and_the_back_office_say_so():
    with (
        connection.cursor() as cursor
    ):  # what the page says; readiness looks from a connection of its own
        cursor.execute("SELECT core_is_fenced()")
    browser = Client()
    browser.force_login(StaffFactory(is_superuser=True))
    assert b"Fenced copy" not in browser.get("/admin/").content
    close_fence(actor=audit.SYSTEM, reason="")
    assert b"Fenced copy" in browser.get("/admin/").content


@pytest.mark.django_db(transaction=True)
def test_a_fenced_platform_is_ready_to_serve(client):
    close_fence(actor=audit.SYSTEM, reason="")
    try:
        response = client.get("/health/ready")
    finally:
        open_fence(actor=audit.SYSTEM, reason="")
    assert (response.status_code, response.json()["checks"]["outgoing"]) == (200, "fenced")
