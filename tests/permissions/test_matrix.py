"""The matrix, walked: every operation of the OpenAPI document, every caller, own rows and rows of others."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.services import set_user_active
from accounts.services.sessions import open_session
from realestate.core.api.access import BUILDERS
from realestate.core.enums import Role
from tests.permissions.matrix import CALLERS, MATRIX, ROW_OF, ROW_OF_PARAMETER, Row
from tests.permissions.others import OTHERS, SHUT_OUT, may_read
from tests.permissions.others import expected as expected_of_others
from tests.permissions.states import STATES
from tests.permissions.team import TEAM, expected
from tests.permissions.world import READERS, World

pytestmark = pytest.mark.django_db
NEVER_ISSUED = 10**12
EVERYBODY = (*CALLERS, *TEAM, *OTHERS)
ROLE = {
    "anonymous": "anonymous",
    "asha": Role.CUSTOMER,
    "ravi": Role.CUSTOMER,
    "meera": Role.BUILDER,
    "kiran": Role.BUILDER,
    "sana": Role.STAFF,
}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    name: str
    method: str
    path: str
    roles: frozenset[str]
    duty: str | None

    @property
    def parameters(self) -> list[str]:
        """Names in the path, in order."""
        return re.findall(r"{(\w+)}", self.path)

    def url(self, row: Row, world: World, replaced: dict[str, int] | None = None) -> str:
        """The path with the keys of the world's rows."""
        kind = ROW_OF[self.path.split("/")[2]] if self.parameters else ""
        keys = {
            name: getattr(world, row.path.get(name, ROW_OF_PARAMETER.get(name, kind)))
            for name in self.parameters
        }
        return self.path.format(**keys | (replaced or {}))


@cache
def operations() -> tuple[Operation, ...]:
    """All of them, from the document itself."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return tuple(
        Operation(
            entry["operationId"], method, path, frozenset(entry["x-roles"]), entry.get("x-duty")
        )
        for path, methods in document["paths"].items()
        for method, entry in methods.items()
    )


BY_NAME = {operation.name: operation for operation in operations()}
# A key of the table may say more than the operation's name: "projects_retrieve: a draft".
LINES = [
    (key, BY_NAME[key.partition(":")[0]], row)
    for key, row in (MATRIX | STATES).items()
    if key.partition(":")[0] in BY_NAME
]
# One world serves the lines about one kind of thing: whatever a line changes is undone.
GROUPS: dict[str, list[tuple[str, Operation, Row]]] = {}
for _line in LINES:
    GROUPS.setdefault(_line[1].path.split("/")[2], []).append(_line)
each_line = pytest.mark.parametrize(
    ("operation", "row"), [line[1:] for line in LINES], ids=[line[0] for line in LINES]
)


def test_every_operation_has_a_line_and_every_line_an_operation():
    assert sorted(BY_NAME) == sorted({key.partition(":")[0] for key in MATRIX})


def test_what_builders_and_staff_write_has_a_duty():
    """The guard lets neither write where none is declared; gateways, which have no login, need none."""
    undeclared = [
        operation.name
        for operation in operations()
        if operation.method != "get" and BUILDERS & operation.roles and not operation.duty
    ]
    assert undeclared == ["webhooks_receive"]


@each_line
def test_the_table_agrees_with_the_roles_of_the_document(operation, row):
    for caller, status in row.expected().items():
        if ROLE[caller] not in operation.roles:
            assert status == (401 if caller == "anonymous" else 403), caller
        elif caller != "anonymous":
            assert status not in {401, 403} or operation.name == "auth_refresh", caller


def client_of(world: World, caller: str) -> APIClient:
    """With a token of a session, as a login opens it."""
    api = APIClient(raise_request_exception=False)
    person = world.person(caller)
    if person is not None:
        opened = open_session(user_id=person.pk, password=person.password)
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {opened.tokens.access_token}")
    if caller in SHUT_OUT:
        set_user_active(actor=world.cast.sana, user_id=person.pk, is_active=False)
    return api


def ask(world, operation, row, caller, **replaced):
    """The answer to a caller; whatever it changed is undone."""
    before = transaction.savepoint()
    try:
        body = dict(row.body(world)) if row.body else None
        call = getattr(client_of(world, caller), operation.method)
        reply = call(operation.url(row, world, replaced), body)
        reply.text = content_of(reply)
        return reply
    finally:
        transaction.savepoint_rollback(before)


def content_of(reply) -> str:
    """The body, as far as it is text."""
    content = b"".join(reply.streaming_content) if reply.streaming else reply.content
    return content.decode(errors="replace")


@pytest.mark.parametrize("lines", GROUPS.values(), ids=GROUPS)
def test_each_caller_hears_what_the_table_says(world, lines, record_property):
    wrong = {}
    for line, operation, row in lines:
        replies = {caller: ask(world, operation, row, caller) for caller in EVERYBODY}
        expected_here = cells(line, operation, row)
        for caller, reply in replies.items():
            if reply.status_code != expected_here[caller]:
                heard = f"{reply.status_code}, not {expected_here[caller]}: {reply.text[:300]}"
                wrong[line, caller] = heard
            for secret, readers in READERS.items():  # a team reads what its builder reads
                if secret in reply.text and not may_read(caller, line, readers):
                    wrong[line, caller] = f"reads {secret}"
    assert wrong == {}
    record_property("counted", {"cells": len(lines) * len(EVERYBODY)})


def cells(line: str, operation: Operation, row: Row) -> dict[str, int]:
    """Caller -> status, for everybody."""
    told = (line, operation.method, operation.duty, row.expected())
    found = row.expected() | expected(*told) | expected_of_others(*told)
    assert set(found) == set(EVERYBODY)
    return found


@pytest.mark.parametrize("lines", GROUPS.values(), ids=GROUPS)
def test_D4_a_row_of_others_is_answered_like_one_that_never_existed(world, lines, record_property):
    wrong, compared = {}, 0
    for line, operation, row in lines:
        missing = dict.fromkeys(operation.parameters, NEVER_ISSUED)
        for caller, status in row.expected().items() if missing else ():
            never = ask(world, operation, row, caller, **missing)
            if never.status_code not in {401, 403, 404}:
                wrong[line, caller] = never.text[:300]
            elif status == 404:  # team and others hear the same 404, or are refused before
                theirs = ask(world, operation, row, caller)
                compared += 1
                if without_id(never) != without_id(theirs):
                    wrong[line, caller] = (never.text[:300], theirs.text[:300])
    assert wrong == {}
    record_property("counted", {"answers compared": compared})


def without_id(reply) -> tuple[int, dict[str, Any]]:
    """Status and body but for the request's id."""
    return reply.status_code, {**reply.json(), "request_id": ""}
