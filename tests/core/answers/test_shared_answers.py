"""With a Redis all processes share what they keep; without it, or when it is lost, everything is answered."""

import socket
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis

from projects.models import Project
from realestate.core import clock
from realestate.core.answers import shared
from realestate.core.answers.entries import Entry
from realestate.core.answers.version import ASK

LIST = "/api/projects?limit=10"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.unaudited("rows are changed past the services"),
]


@pytest.fixture
def redis(settings, redis_url):
    settings.REDIS_URL = redis_url
    with Redis.from_url(redis_url) as client:
        client.flushdb()
        yield client
        client.flushdb()


def asked(client: Client, url: str = LIST):
    with CaptureQueriesContext(connection) as queries:
        reply = client.get(url, headers={"X-Request-ID": "the-same"})
    assert reply.status_code == 200
    return reply, [query["sql"] for query in queries.captured_queries]


def test_what_one_process_has_made_another_one_gives(redis, process, town):
    new, _ = asked(process())
    other = process()
    kept, question = asked(other)
    assert question == [ASK]
    assert (kept.content, dict(kept.headers)) == (new.content, dict(new.headers))
    redis.flushdb()
    assert asked(other)[1] == [ASK]  # it keeps it itself now


def test_what_is_shared_is_never_stale(redis, process, town):
    mine, other = process(), process()
    asked(mine), asked(other)
    Project.objects.update(project_name="New name")
    assert b"New name" in asked(other)[0].content
    assert b"New name" in asked(mine)[0].content
    kept, question = asked(process())
    assert (b"New name" in kept.content, question) == (True, [ASK])


def test_what_is_shared_ends_by_itself(redis, process, town, settings):
    settings.CATALOGUE_CACHE_SECONDS = 60
    asked(process())
    (name,) = redis.keys()
    assert 55_000 < redis.pttl(name) <= 60_000


def test_another_program_address_or_secret_finds_nothing(redis, process, town, settings):
    asked(process())
    settings.PUBLIC_URL = "http://another.example"
    assert len(asked(process())[1]) > 1
    settings.SECRET_KEY = "another-secret-" * 5
    assert len(asked(process())[1]) > 1
    assert len(redis.keys()) == 3


@pytest.mark.parametrize("found", [b"", b"nonsense", b"[1,2,3]\n{}", b'["v",1,2,[]]\n', b"\xff\n"])
def test_what_is_not_ours_is_no_answer(redis, process, town, found):
    new, _ = asked(process())
    (name,) = redis.keys()
    redis.set(name, found)
    reply, statements = asked(process())
    assert (reply.content, len(statements) > 1) == (new.content, True)


def test_an_entry_is_the_same_on_the_other_side():
    entry = Entry(
        version="v",
        since=clock.now(),
        until=clock.now() + timedelta(hours=1),
        headers=[("ETag", '"x"'), ("Link", "<a>; rel=next")],
        body=b'{"line":"\n"}\n',
    )
    assert Entry.load(entry.dump()) == entry


def test_D28_a_redis_that_is_away_fails_nobody(process, town, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    client = process()
    asked(client)
    assert asked(client)[1] == [ASK]


def test_D28_a_redis_that_is_silent_costs_one_patience_and_is_spared_then(
    process, town, settings, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(shared, "PATIENCE", 0.1)
        client, begun = process(), time.monotonic()
        for page in range(1, 20):
            asked(client, f"{LIST}&page={page}")
        assert shared._spared_until[settings.REDIS_URL] > begun
        assert not shared._may_ask()
        shared._spared_until[settings.REDIS_URL] = 0.0
        assert shared._may_ask()


def test_an_answer_that_has_ended_is_not_shared(redis):
    now = clock.now()
    entry = Entry(version="v", since=now, until=now, headers=[], body=b"")
    shared.put("key", entry, now)
    assert redis.keys() == []
