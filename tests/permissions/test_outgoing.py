"""H10: an address that people write, in whatever field, is asked by nobody here: neither at once nor by a job later.

A server listens at that address. What the code says of itself is in tests/house/test_outward.py.
"""

import inspect
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests
from django.apps import apps
from django.db import DatabaseError, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from notifications.models import Delivery, Device
from realestate.core.jobs import periodic_jobs
from realestate.core.ladder import LADDER
from tests.admin.test_hostile_texts import columns
from tests.permissions.test_matrix import LINES, client_of, content_of

pytestmark = pytest.mark.django_db
READERS = ("asha", "meera")


class Listener:
    """Somebody else's server: it takes no word, and knows whether anybody knocked."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(0)
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}/hook"

    def was_asked(self) -> bool:
        """Whether somebody has connected since the last question."""
        try:
            self._door.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Nobody is at home."""
        self._door.close()


@pytest.fixture
def stranger() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


def write_everywhere(address: str) -> int:
    """The address in every text of every row that takes it; in how many columns it stands now."""
    texts = [
        (model, field.name)
        for model in apps.get_models()
        if model._meta.app_label in LADDER
        for field in columns(model)
    ]
    return sum(written(model, name, address) for model, name in [*texts, (Device, "token")])


def written(model, name: str, address: str) -> bool:
    try:
        with transaction.atomic():  # noqa: TID251  # a refusal must not end the test's transaction
            return bool(model._base_manager.update(**{name: address}))
    except DatabaseError:
        return False


def run_jobs() -> int:
    """Every job of the clock, then all that waits in the queue; how many came to their end."""
    waiting = [
        (inspect.unwrap(app.tasks[row.task_name].func), row.args)
        for row in ProcrastinateJob.objects.all()
    ]
    deliveries = [*Delivery.objects.values_list("pk", flat=True)]
    deliver = inspect.unwrap(app.tasks["notifications.deliver"].func)
    done = 0
    for function, given in (
        *((job.function, {}) for job in periodic_jobs().values()),
        *waiting,
        *((deliver, {"delivery_id": key}) for key in deliveries),
    ):
        with suppress(Exception), transaction.atomic():  # noqa: TID251  # what it cannot read ends that job alone
            function(**given)
            done += 1
    return done


def send_to_the_api(world, address: str) -> None:
    """The address in the fields that are made for one."""
    links = {"website": address, "logo_url": address}
    assert client_of(world, "meera").patch("/api/auth/me", links).status_code == 200
    device = {"token": address, "platform": "web"}
    assert client_of(world, "asha").post("/api/notifications/devices", device).status_code == 201


@pytest.mark.unaudited("jobs run on rows that were written past every service")
def test_H10_nobody_asks_an_address_that_a_person_wrote(world, stranger, record_property):
    send_to_the_api(world, stranger.address)
    readers = [client_of(world, name) for name in READERS]  # before words of their logins change
    wrote, shown = write_everywhere(stranger.address), 0
    for api in readers:
        for _line, operation, row in LINES:
            if operation.method == "get":
                query = {"url": stranger.address, "next": stranger.address}
                reply = api.get(operation.url(row, world), query)
                shown += stranger.address in content_of(reply)
    assert not stranger.was_asked()
    jobs = run_jobs()
    assert not stranger.was_asked()
    assert (wrote > 80, shown > 100, jobs > 15) == (True,) * 3, (wrote, shown, jobs)
    record_property("counted", {"columns": wrote, "answers": shown, "jobs": jobs})


def test_H10_control_whoever_asks_it_is_heard(stranger):
    with pytest.raises(requests.Timeout):
        requests.get(stranger.address, timeout=0.2)
    assert stranger.was_asked()
    assert not stranger.was_asked()
