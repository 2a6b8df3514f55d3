"""Tickets over the API, and what the process that takes them knows."""

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.services import end_session, log_in, recognise
from notifications import services
from notifications.gateways import Hub, Member, hub
from notifications.models import Ticket
from notifications.services import Holder
from realestate.core import bell
from tests.cast import Cast
from tests.factories.accounts import PASSWORD
from tests.notifications.realtime.conftest import ticket_for


def test_a_ticket_is_asked_for_with_the_access_token(cast: Cast):
    login = log_in(user=recognise(email="asha@example.com", password=PASSWORD))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {login.tokens.access_token}")

    answer = client.post("/api/realtime/ticket")

    assert answer.status_code == 201
    given = answer.json()
    assert set(given) == {"ticket", "expires_in", "url"}
    assert (given["expires_in"], given["url"]) == (60, "ws://testserver:8001/realtime")
    row = Ticket.objects.get()
    assert given["ticket"] not in row.token_hash
    held = services.use_ticket(ticket=given["ticket"])
    assert held == Holder(cast.asha.pk, Session.objects.get().pk)
    assert services.use_ticket(ticket=given["ticket"]) is None


@pytest.mark.django_db
def test_visitors_get_a_ticket_for_nobody_in_particular():
    given = APIClient().post("/api/realtime/ticket").json()
    assert services.use_ticket(ticket=given["ticket"]) == Holder(None, None)


@pytest.mark.django_db
def test_a_token_that_is_no_good_gets_no_ticket():
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    assert client.post("/api/realtime/ticket").status_code == 401
    assert Ticket.objects.count() == 0


@pytest.mark.django_db
def test_tickets_are_limited():
    client = APIClient()
    answers = [client.post("/api/realtime/ticket").status_code for _ in range(61)]
    assert (answers.count(201), answers.count(429)) == (60, 1)


def test_a_ticket_is_worth_nothing_after_a_minute_or_without_its_session(cast: Cast, time_machine):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
    late = ticket_for(cast.asha)
    time_machine.shift(timedelta(seconds=60))
    assert services.use_ticket(ticket=late) is None
    logged_out = ticket_for(cast.asha)
    session = Session.objects.latest("pk")
    end_session(actor=None, session_id=session.pk, user_id=cast.asha.pk, reason="logged out")
    assert services.use_ticket(ticket=logged_out) is None
    blocked = ticket_for(cast.ravi)
    cast.ravi.is_active = False
    cast.ravi.save()
    assert services.use_ticket(ticket=blocked) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_come_with_one_ticket_one_gets_in():
    ticket = ticket_for(None)
    found: list[Any] = []

    def use() -> None:
        try:
            found.append(services.use_ticket(ticket=ticket))
        finally:
            connection.close()

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found.count(Holder(None, None)) == 1
    assert found.count(None) == 3


@pytest.mark.django_db(transaction=True)
def test_a_socket_ends_with_its_session(cast_committed: Cast, monkeypatch):
    monkeypatch.setattr(hub, "SESSIONS_EVERY", 0)
    ticket_for(cast_committed.asha)
    ticket_for(cast_committed.asha)
    ended, live = Session.objects.filter(user=cast_committed.asha).order_by("pk")
    end_session(
        actor=None, session_id=ended.pk, user_id=cast_committed.asha.pk, reason="logged out"
    )

    async def check() -> list[Any]:
        house = Hub()
        members = [
            Member(Holder(cast_committed.asha.pk, ended.pk)),
            Member(Holder(cast_committed.asha.pk, live.pk)),
            Member(Holder(None, None)),
        ]
        house.members = set(members)
        await house._check_sessions()
        await house.stop(1000)
        return [member.closing.result() for member in members]

    assert asyncio.run(check()) == [4401, 1000, 1000]


def test_who_does_not_take_frames_away_is_sent_away():
    async def fill() -> Any:
        member = Member(Holder(None, None))
        for number in range(hub.BACKLOG):
            member.give({"type": "events", "number": number})
        open_still = not member.closing.done()
        member.give({"type": "events", "number": -1})
        return open_still, member.closing.result()

    assert asyncio.run(fill()) == (True, 4408)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["postgres", "redis"])
def test_the_bell_is_heard_when_the_change_is_committed(broker, request, settings):
    settings.REDIS_URL = request.getfixturevalue("redis_url") if broker == "redis" else ""
    heard, listening, done = Event(), Event(), Event()

    def on_ring() -> None:
        (heard if listening.is_set() else listening).set()

    async def listen() -> None:
        task = asyncio.create_task(bell.listen(on_ring))
        await asyncio.to_thread(done.wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    thread = Thread(target=lambda: asyncio.run(listen()))
    thread.start()
    try:
        assert listening.wait(10)
        bell.ring()
        assert heard.wait(10)
    finally:
        done.set()
        thread.join(10)


def test_redis_that_is_away_fails_nobody(
    cast: Cast, tell, settings, django_capture_on_commit_callbacks
):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert tell(cast.asha)
    assert callbacks


def test_D28_a_redis_that_is_silent_costs_one_caller_its_patience_and_is_asked_again_later(
    cast: Cast, settings, django_capture_on_commit_callbacks, monkeypatch
):
    now, asked = 1_000.0, 0
    monkeypatch.setattr(bell, "monotonic", lambda: now)
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes calls, and never says a word
        server.setblocking(False)  # noqa: FBT003  # socket's signature
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}"
        for wait, calls in ((0.0, 1), (0.0, 1), (bell.SPARED - 0.5, 1), (0.5, 2)):
            now += wait
            with django_capture_on_commit_callbacks(execute=True):
                bell.ring()
            with suppress(BlockingIOError):
                while True:
                    server.accept()[0].close()
                    asked += 1
            assert asked == calls
