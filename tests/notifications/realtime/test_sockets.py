"""What browsers hear over two socket processes that share a broker."""

import asyncio
import json
import time
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from messaging.models import Message
from messaging.services import send_message
from notifications.gateways import Hub, Realtime
from notifications.models import Notification
from notifications.services import notify
from projects.enums import ReleaseReason
from projects.models import Claim, Project, Unit
from projects.services import release_claim, take_claims
from realestate.core.headers import OF_THE_REST
from tests.cast import Cast, make_cast
from tests.notifications.realtime.conftest import Servers, ticket_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


def write(people: Cast, content: str, **given: Any) -> Message:
    return send_message(
        actor=people.asha, project_id=people.meera_project.pk, message_content=content, **given
    )[0]


def tell(person: Any, key: str) -> Notification:
    notify(
        user_ids=[person.pk],
        notification_type="booking_update",
        title="News",
        message="Something happened.",
        related=("booking", 7),
        dedupe_key=key,
    )
    return Notification.objects.get(user=person, dedupe_key=key)


def hold(person: Any, unit: Unit) -> Claim:
    return take_claims(actor=person, unit_ids=[unit.pk], customer_id=person.pk, minutes=5)[0]


@pytest.mark.parametrize("broker", ["servers", "redis_servers"])
def test_a_message_reaches_both_parties_wherever_their_sockets_are(broker, people, request):
    servers: Servers = request.getfixturevalue(broker)
    builder, sender = servers.join(people.meera, at=0), servers.join(people.asha, at=1)
    stranger = servers.join(people.ravi, at=1)

    sent = write(people, "Is the lift in?")

    expected = {
        "conversation_id": sent.conversation_id,
        "project_id": people.meera_project.pk,
        "object_id": sent.pk,
        "topic": "message",
    }
    assert builder.until("message", sent.pk).items() >= expected.items()
    assert sender.until("message", sent.pk).items() >= expected.items()
    told = Notification.objects.get(user=people.meera, notification_type="message_received")
    assert builder.until("notification", told.pk)["topic"] == "notification"
    # Whoever has no part in it hears nothing of it, only what comes after.
    later = tell(people.ravi, "later")
    assert stranger.until("notification", later.pk)
    assert [event["object_id"] for event in stranger.heard] == [later.pk]


@pytest.mark.parametrize("broker", ["servers", "redis_servers"])
def test_a_message_is_there_within_a_second(broker, people, request):
    servers: Servers = request.getfixturevalue(broker)
    builder = servers.join(people.meera, at=1)
    took = []
    for number in range(3):
        begun = time.monotonic()
        sent = write(people, f"Message {number}")
        builder.until("message", sent.pk)
        took.append(time.monotonic() - begun)
    # Without the bell all but the first wait for the next look, two seconds later.
    assert sorted(took)[1] < 1, took


def test_an_event_names_keys_and_no_content(servers, people):
    builder = servers.join(people.meera)
    sent = write(people, "A secret of ours", subject="Secret")
    event = builder.until("message", sent.pk)
    assert set(event) == {"id", "topic", "object_id", "at", "conversation_id", "project_id"}


def test_who_comes_back_with_a_cursor_hears_what_was_missed_once_also_at_another_process(
    servers, people
):
    browser = servers.join(people.meera, at=0)
    first = write(people, "first")
    browser.until("message", first.pk)
    browser.until("notification", Notification.objects.get(user=people.meera).pk)
    browser.line.close()
    missed = [write(people, f"missed {number}") for number in range(3)]

    again = servers.join(people.meera, at=1, cursor=browser.cursor)

    messages = [event["object_id"] for event in again.heard if event["topic"] == "message"]
    assert messages == [row.pk for row in missed]
    last = write(people, "live again")
    again.until("message", last.pk)
    messages = [event["object_id"] for event in again.heard if event["topic"] == "message"]
    assert messages == [*(row.pk for row in missed), last.pk]


def test_without_a_cursor_one_begins_now(servers, people):
    write(people, "before")
    browser = servers.join(people.meera)
    assert browser.heard == []
    assert browser.cursor


@pytest.mark.parametrize("cursor", ["x", "0:0:@1", "5:9:7,6@1", "9" * 5_000, "1:1:@1"])
def test_a_cursor_that_cannot_be_followed_asks_to_read_anew(cursor, servers, people):
    browser = servers.browse(ticket_for(people.meera), cursor=cursor)
    assert browser.frame()["type"] == "hello"
    assert browser.frame()["type"] == "resync"
    sent = write(people, "after")
    browser.until("message", sent.pk)


def test_visitors_hear_of_units_of_the_projects_they_show_never_of_people(servers, people):
    visitor = servers.join(None, projects=str(people.meera_project.pk))
    elsewhere = servers.join(None, projects=str(people.kiran_project.pk), at=1)
    write(people, "not for visitors")
    claim = hold(people.asha, people.meera_unit)

    event = visitor.until("unit", people.meera_unit.pk)

    assert set(event) == {"id", "topic", "object_id", "at", "project_id"}
    assert [heard["topic"] for heard in visitor.heard] == ["unit"]
    visitor.heard.clear()
    release_claim(actor=people.asha, claim_id=claim.pk, reason=ReleaseReason.RELEASED)
    visitor.until("unit", people.meera_unit.pk)
    hold(people.ravi, people.kiran_unit)
    elsewhere.until("unit", people.kiran_unit.pk)
    assert [heard["object_id"] for heard in elsewhere.heard] == [people.kiran_unit.pk]


def test_units_of_a_project_that_is_not_public_are_heard_by_its_builder_alone(servers, people):
    claim = hold(people.asha, people.meera_unit)
    Project.objects.filter(pk=people.meera_project.pk).update(published_at=None)
    visitor = servers.join(None, projects=str(people.meera_project.pk))
    builder = servers.join(people.meera)
    release_claim(actor=people.asha, claim_id=claim.pk, reason=ReleaseReason.RELEASED)
    builder.until("unit", people.meera_unit.pk)
    visitor.say(type="ping")
    assert visitor.frame()["type"] == "pong"


def test_one_may_look_at_other_projects_without_a_new_socket(servers, people):
    browser = servers.join(people.ravi)
    browser.say(type="subscribe", projects=[people.meera_project.pk])
    frame = browser.frame()
    assert (frame["type"], frame["projects"]) == ("subscribed", [people.meera_project.pk])
    hold(people.asha, people.meera_unit)
    browser.until("unit", people.meera_unit.pk)


def test_a_ticket_opens_one_socket(servers, people):
    ticket = ticket_for(people.asha)
    assert servers.browse(ticket).frame()["type"] == "hello"
    assert servers.browse(ticket, at=1).closed() == 4401


@pytest.mark.parametrize("ticket", ["", "x", "\x00", "eyJhbGciOiJIUzI1NiJ9.e30.x"])
def test_what_is_no_ticket_opens_nothing(ticket, servers, people):
    assert servers.browse(ticket).closed() == 4401


def test_H10_a_page_of_another_site_opens_no_socket(servers, people):
    def opened(origin: str) -> bool:
        address = f"ws://127.0.0.1:{servers.ports[0]}/realtime?ticket={ticket_for(people.asha)}"
        try:
            with connect(address, origin=origin, open_timeout=15, proxy=None) as line:
                return json.loads(line.recv(timeout=15))["type"] == "hello"
        except InvalidStatus as refusal:
            return refusal.response.status_code != 403

    ours = ("http://localhost:3000", "http://127.0.0.1:8000")
    others = ("https://evil.example", "http://localhost:3000.evil.example", "null", "")
    assert [origin for origin in (*ours, *others) if opened(origin)] == list(ours)


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        '{"type": "steal"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "projects": "12"}',
        '{"type": "subscribe", "projects": [-1]}',
        '{"type": "subscribe", "projects": [1.5]}',
        '{"type": "subscribe", "projects": [null]}',
        '{"type": "subscribe", "projects": [99999999999999999999]}',
        '{"type": "ping", "padding": "' + "x" * 5_000 + '"}',
        "[" * 4_000,
    ],
)
def test_what_is_not_understood_ends_the_socket(frame, servers, people):
    browser = servers.join(people.asha)
    browser.line.send(frame)
    assert browser.closed() == 4400


def test_more_sockets_than_anybody_needs_are_refused(servers, people):
    for _ in range(10):
        servers.join(people.asha)
    assert servers.browse(ticket_for(people.asha)).closed() == 4429
    assert servers.join(people.meera)


@pytest.mark.parametrize(
    ("path", "query", "origin", "code"),
    [
        ("/realtime", b"ticket=c4nary", b"http://localhost:3000", 4401),
        ("/realtime", b"", b"http://localhost:3000", 4401),
        ("/realtime", b"ticket=c4nary", b"https://evil.example", 403),
        ("/elsewhere", b"ticket=c4nary", b"http://localhost:3000", 403),
    ],
)
def test_H10_a_socket_that_is_refused_is_a_line_without_its_ticket(
    transactional_db, caplog, path, query, origin, code
):
    caplog.set_level("INFO")
    heard: list[Any] = []

    async def knock() -> None:
        house = Realtime()
        house.hub = Hub()
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query,
            "headers": [(b"origin", origin)],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(event: Any) -> None:
            heard.append(event)

        await house(scope, receive, send)
        await house.hub.ask(connections.close_all)
        await house.hub.stop(1000)

    asyncio.run(knock())
    assert heard[-1] == {"type": "websocket.close", "code": max(1000, code)}
    lines = [record.msg for record in caplog.records if "socket_refused" in str(record.msg)]
    assert [(line["code"], line["origin"]) for line in lines] == [(code, origin.decode())]
    assert "c4nary" not in str(lines)


@pytest.mark.parametrize(("address", "status"), [("/health", 200), ("/realtime", 404)])
def test_H10_answers_of_the_sockets_server_have_the_headers_of_all_others(
    settings, address, status
):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    heard: list[Any] = []

    async def ask() -> None:
        house = Realtime()
        house.hub = Hub()

        async def send(event: Any) -> None:
            heard.append(event)

        await house({"type": "http", "path": address}, None, send)
        await house.hub.stop(1000)

    asyncio.run(ask())
    assert heard[0]["status"] == status
    ours = {name.decode(): value.decode() for name, value in heard[0]["headers"]}
    web = Client().get("/nothing", secure=True)
    assert web["Content-Security-Policy"] == OF_THE_REST
    assert ours.pop("cache-control") == "no-store"
    assert ours == {name: web[name] for name in ours}
    assert {"strict-transport-security", "x-content-type-options", "referrer-policy"} <= set(ours)
