"""C5: a database that neither answers nor refuses holds those who ask it, and nobody else."""

import json
import socket
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Semaphore

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from realestate import standstill
from realestate.management.commands.serve import web_command
from realestate.standstill import StandstillMiddleware

pytestmark = pytest.mark.django_db
LENT = 2
PATIENCE = 20.0  # seconds, of the test: far more than anything here takes


class Rush:
    """A process whose threads are all lent to requests that wait for the database."""

    def __init__(self):
        self._begun, self._answered = Semaphore(0), Semaphore(0)
        self._pool, self._slow = ThreadPoolExecutor(LENT), []
        self.door = StandstillMiddleware(self._answer)

    def _answer(self, request):
        if request.path == "/slow":
            self._begun.release()
            assert self._answered.acquire(timeout=PATIENCE)
        if request.path == "/broken":
            raise RuntimeError
        return HttpResponse("served")

    def ask(self, path="/api/projects"):
        """What somebody hears."""
        return self.door(RequestFactory().get(path))

    def begin(self):
        """A request that waits for the database has its thread."""
        self._slow.append(self._pool.submit(self.ask, "/slow"))
        assert self._begun.acquire(timeout=PATIENCE)

    def end(self):
        """The database answers those that wait."""
        while self._slow:
            self.end_one()

    def end_one(self):
        """It answers one of them."""
        self._answered.release()
        done, _others = wait(self._slow, PATIENCE, FIRST_COMPLETED)
        self._slow.remove(one := done.pop())
        assert one.result().status_code == 200

    @contextmanager
    def going_on(self):
        """All threads but the last one are taken; they come back at the end."""
        with self._pool:
            for _thread in range(LENT):
                self.begin()
            try:
                yield
            finally:
                self.end()


@pytest.fixture
def rush(settings):
    settings.WEB_THREADS = LENT
    return Rush()


@pytest.fixture
def frozen(monkeypatch):
    """The database's address is that of a server whose kernel takes connections and which says nothing; the server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)  # whoever takes a connection that is not there hears so at once
        host, port = server.getsockname()
        monkeypatch.setitem(connection.settings_dict, "HOST", host)
        monkeypatch.setitem(connection.settings_dict, "PORT", port)
        yield server


def test_C5_while_the_database_stands_still_the_others_hear_so_and_health_is_answered(rush, frozen):
    with rush.going_on():
        refused = [rush.ask(), rush.ask()]
        assert [rush.ask("/health").status_code, rush.ask("/health/ready").status_code] == [200] * 2
    for answer in refused:
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert json.loads(answer.content)["code"] == "unavailable"
    assert rush.ask().status_code == 200  # as soon as there are threads again
    frozen.accept()[0].close()
    with pytest.raises(BlockingIOError):  # the second one was refused without a question
        frozen.accept()


def test_C5_who_finds_no_thread_waits_as_long_as_the_database_answers(rush):
    with rush.going_on(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(rush.ask)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=1.0)  # longer than anybody waits for a database that is still
        rush.end()
        assert waiting.result(PATIENCE).status_code == 200


def test_C5_nothing_stands_still_while_somebody_is_served(rush, frozen, monkeypatch):
    """The machine is too busy to ask the database in time, and that alone."""
    # What fails is the question, and when we say so: no time of ours runs out.
    monkeypatch.setattr(standstill, "DEADLINE", PATIENCE)
    frozen.settimeout(PATIENCE)
    with rush.going_on(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(rush.ask)
        question, _address = frozen.accept()
        rush.end_one()
        rush.begin()
        question.close()
        rush.end()
        assert waiting.result(PATIENCE).status_code == 200


def test_C5_a_thread_comes_back_from_a_request_that_fails(rush, frozen):
    for _time in range(LENT + 1):
        with pytest.raises(RuntimeError):
            rush.ask("/broken")
    assert rush.ask().status_code == 200


def test_C5_the_web_server_has_one_thread_more_than_it_lends(settings):
    settings.WEB_THREADS = 4
    command = web_command("127.0.0.1", 8000)
    assert command[command.index("--blocking-threads") + 1] == "5"
