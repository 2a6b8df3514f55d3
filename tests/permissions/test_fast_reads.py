"""What the database writes is what the serializers say: every GET of the document, for every caller, byte for byte."""

from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.db import transaction

from realestate.core import clock
from realestate.core.api.reads import by_serializers
from tests.permissions.matrix import CALLERS
from tests.permissions.team import TEAM
from tests.permissions.test_matrix import LINES, client_of, content_of

pytestmark = pytest.mark.django_db
GETS = [(line, operation, row) for line, operation, row in LINES if operation.method == "get"]


def answer(client, url):
    before = transaction.savepoint()
    reply = client.get(url, headers={"X-Request-ID": "the-same"})
    shown = parts_of(reply.content) if is_workbook(reply) else content_of(reply)
    transaction.savepoint_rollback(before)  # who reads a conversation has read it
    return reply.status_code, dict(reply.headers), shown


def is_workbook(reply) -> bool:
    return reply.headers.get("Content-Type", "").endswith("spreadsheetml.sheet")


def parts_of(workbook: bytes) -> dict[str, bytes]:
    """Without the moments at which they were written, which are the machine's and not the frozen clock's."""
    with ZipFile(BytesIO(workbook)) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.mark.parametrize("caller", [*CALLERS, *TEAM])
def test_fast_and_ordinary_answers_are_the_same_bytes(world, caller):
    client = client_of(world, caller)
    with time_machine.travel(clock.now(), tick=False):  # links that end hold the time
        for line, operation, row in GETS:
            url = operation.url(row, world)
            with by_serializers():
                ordinary = answer(client, url)
            fast = answer(client, url)
            assert fast == ordinary, line
