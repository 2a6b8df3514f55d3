"""Broadcasts: whom they are for, each customer once, whatever workers do (issue 4.4)."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from messaging import jobs, services
from messaging.models import Broadcast, BroadcastRecipient, Message
from messaging.services import broadcasts as module
from notifications.models import Notification
from projects.enums import ClaimKind, ClaimStage
from realestate.core import clock
from realestate.core.models import AuditEntry
from tests.cast import make_cast
from tests.factories.accounts import CustomerFactory
from tests.factories.messaging import BroadcastFactory, BroadcastRecipientFactory
from tests.factories.projects import ClaimFactory, TowerFactory, UnitFactory
from tests.races.support import losers, run_together

PATH = "/api/messages/broadcasts"


def book(customer, unit, **given):
    return ClaimFactory(
        unit=unit,
        customer=customer,
        kind=ClaimKind.BOOKING,
        stage=ClaimStage.BOOKED,
        expires_at=None,
        **given,
    )


@pytest.fixture
def town(cast):
    """Asha (and Ravi with her) in tower A, somebody without a tower, somebody elsewhere, one whose hold is over."""
    tower = TowerFactory(project=cast.meera_project, name="A")
    book(
        cast.asha.customer,
        UnitFactory(project=cast.meera_project, tower=tower),
        parties=[cast.ravi.customer],
    )
    lone = CustomerFactory()
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=lone)
    ClaimFactory(
        unit=UnitFactory(project=cast.meera_project),
        customer=CustomerFactory(),
        taken_at=clock.now() - timedelta(hours=2),
    )
    ClaimFactory(unit=cast.kiran_unit, customer=CustomerFactory())
    return tower, lone


def send(cast, **changes):
    given = {"project_id": cast.meera_project.pk, "message_content": "The lift is here."}
    return services.send_broadcast(actor=cast.meera, **given, **changes)[0]


def reached() -> set[int]:
    return set(Message.objects.values_list("recipient", flat=True))


def test_every_customer_with_a_live_claim_gets_a_message_of_its_own(cast, town):
    row = send(cast, subject="Lift", priority="high")
    assert not Message.objects.exists()
    jobs.deliver_broadcast(broadcast_id=row.pk)
    assert reached() == {cast.asha.pk, cast.ravi.pk, town[1].pk}
    message = Message.objects.get(recipient=cast.asha)
    assert (message.sender, message.subject, message.message_content, message.priority) == (
        cast.meera,
        "Lift",
        "The lift is here.",
        "high",
    )
    told = Notification.objects.filter(notification_type="message_received")
    assert set(told.values_list("user", flat=True)) == reached()
    answer, _ = services.send_message(
        actor=cast.asha, parent_message_id=message.pk, message_content="Good!"
    )
    assert answer.recipient == cast.meera


def test_a_tower_alone(cast, town):
    jobs.deliver_broadcast(broadcast_id=send(cast, tower_id=town[0].pk).pk)
    assert reached() == {cast.asha.pk, cast.ravi.pk}


def test_whom_it_is_for_is_decided_when_it_is_sent(cast, town):
    row = send(cast)
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=CustomerFactory())
    jobs.deliver_broadcast(broadcast_id=row.pk)
    assert Message.objects.count() == 3


def test_a_job_that_runs_twice_or_died_in_between_delivers_nothing_twice(cast, town, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    row = send(cast)
    assert services.deliver_batch(broadcast_id=row.pk) == 2  # and then the worker died
    assert services.queue_unfinished_broadcasts() == 1
    for _ in range(2):
        jobs.deliver_broadcast(broadcast_id=row.pk)
    assert Message.objects.count() == 3
    assert services.queue_unfinished_broadcasts() == 0
    queued = ProcrastinateJob.objects.filter(task_name="messaging.deliver_broadcast")
    assert [job.args for job in queued] == [{"broadcast_id": row.pk}] * 2


@pytest.mark.django_db(transaction=True)
def test_workers_that_deliver_at_once_deliver_once(transactional_db):
    cast = make_cast()
    broadcast = BroadcastFactory(project=cast.meera_project)
    BroadcastRecipientFactory.create_batch(5, broadcast=broadcast)
    results = run_together(4, lambda _index: jobs.deliver_broadcast(broadcast_id=broadcast.pk))
    assert losers(results) == []
    assert Message.objects.count() == 5
    assert len(reached()) == 5


def test_progress_is_counted(cast, as_, town, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1)
    client = as_(cast.meera)
    body = {"project_id": cast.meera_project.pk, "content": "Hello", "client_id": "c1"}
    made = client.post(PATH, body)
    assert made.status_code == 201
    pk = made.json()["id"]

    def progress():
        shown = client.get(f"{PATH}/{pk}").json()
        return shown["state"], shown["delivered_count"], shown["percent"], shown["finished_at"]

    assert made.json()["recipient_count"] == 3
    assert progress() == ("waiting", 0, 0, None)
    services.deliver_batch(broadcast_id=pk)
    assert progress() == ("running", 1, 33, None)
    jobs.deliver_broadcast(broadcast_id=pk)
    assert progress()[:3] == ("finished", 3, 100)
    assert progress()[3] is not None
    assert [row["id"] for row in client.get(PATH).json()["broadcasts"]] == [pk]


def test_a_device_that_sends_it_twice_sends_it_once(cast, as_, town):
    client = as_(cast.meera)
    body = {"project_id": cast.meera_project.pk, "content": "Hello", "client_id": "c1"}
    first, again = client.post(PATH, body), client.post(PATH, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = client.post(PATH, {**body, "content": "Something else"})
    assert (other.status_code, other.json()["code"]) == (409, "client_id_taken")
    assert Broadcast.objects.count() == 1
    assert BroadcastRecipient.objects.count() == 3
    assert AuditEntry.objects.filter(action="broadcast").count() == 1


def test_without_anybody_there_is_nothing_to_send(cast, as_):
    reply = as_(cast.meera).post(PATH, {"project_id": cast.meera_project.pk, "content": "Hello"})
    assert (reply.status_code, reply.json()["code"]) == (422, "no_recipients")
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"content": ""}, 400),
        ({"content": "x" * 10_001}, 400),
        ({"content": "\x00"}, 400),
        ({"project_id": None}, 400),
        ({"project_id": 10**9}, 404),
        ({"tower_id": 10**9}, 404),
        ({"attachments": ["javascript:alert(1)"]}, 400),
        ({"attachments": ["/api/files/999999"]}, 400),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused_and_changes_nothing(cast, as_, town, change, status):
    body = {"project_id": cast.meera_project.pk, "content": "Hello", **change}
    assert as_(cast.meera).post(PATH, body).status_code == status
    assert not Broadcast.objects.exists()


def test_towers_of_other_projects_and_projects_of_others_do_not_exist(cast, as_, town):
    body = {"project_id": cast.kiran_project.pk, "content": "Hello"}
    assert as_(cast.meera).post(PATH, body).status_code == 404
    body = {"project_id": cast.kiran_project.pk, "content": "Hello", "tower_id": town[0].pk}
    assert as_(cast.kiran).post(PATH, body).status_code == 404
    assert as_(cast.asha).post(PATH, body).status_code == 403
    assert not Broadcast.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(cast, as_, count, django_assert_num_queries):
    for _ in range(count):
        BroadcastRecipientFactory(broadcast__project=cast.meera_project)
    with django_assert_num_queries(2):
        assert len(as_(cast.meera).get(PATH).json()["broadcasts"]) == count
