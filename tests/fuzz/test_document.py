"""F1 in short: the whole document, as each role; no answer that it does not promise. The drill ``fuzz`` asks more."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from schemathesis.schemas import APIOperation

from accounts.services.sessions import open_session
from realestate.core.api import views
from tests.fuzz.cases import ROLES, document, operations
from tests.fuzz.harness import Findings, Fuzz
from tests.permissions.world import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = 2  # the first of them is a call that works


def platform(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The platform as a web server calls it, within the transaction of a test."""
    response = ClientHandler(enforce_csrf_checks=True)(environ)
    headers = [(name, str(value)) for name, value in response.items()]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [b"".join(response.streaming_content)] if response.streaming else [response.content]


def schema(made: dict[str, Any]) -> Any:
    """A document whose operations are asked in this process."""
    found = schemathesis.openapi.from_dict(made)
    found.app = platform
    return found


@contextmanager
def undone() -> Iterator[None]:
    """What a request changes is taken back."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


@pytest.fixture
def world(settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def headers_of(world: World, role: str) -> dict[str, str]:
    person = world.person(role)
    if person is None:
        return {}
    tokens = open_session(user_id=person.pk, password=person.password).tokens
    return {"Authorization": f"Bearer {tokens.access_token}"}


def asked(world: World, role: str, chosen: list[APIOperation]) -> Findings:
    findings = Findings()
    fuzz = Fuzz(world=world, findings=findings, examples=EXAMPLES, undone=undone)
    headers = headers_of(world, role)
    for operation in chosen:
        fuzz.ask(operation, role, headers)
    return findings


@pytest.mark.parametrize("role", ROLES)
def test_F1_every_answer_is_one_that_the_document_promises(world, role, record_property):
    chosen = operations(schema(document()))
    findings = asked(world, role, chosen)
    assert list(findings.faults.values()) == []
    assert findings.asked == {(operation.label, role) for operation in chosen}
    record_property("counted", {"requests": findings.requests})


def of(made: dict[str, Any], label: str) -> list[APIOperation]:
    return [operation for operation in operations(schema(made)) if operation.label == label]


def test_F1_control_a_document_that_is_wrong_is_found(world):
    made = copy.deepcopy(document())
    del made["paths"]["/api/units/{id}"]["get"]["responses"]["200"]
    findings = asked(world, "anonymous", of(made, "GET /api/units/{id}"))
    assert list(findings.faults) == [("GET /api/units/{id}", "Undocumented status code 200")]


def test_F1_control_a_shape_that_is_wrong_is_found(world):
    made = copy.deepcopy(document())
    made["components"]["schemas"]["UnitRead"]["properties"]["unit_number"] = {"type": "integer"}
    findings = asked(world, "anonymous", of(made, "GET /api/units/{id}"))
    assert list(findings.faults) == [("GET /api/units/{id}", "Response violates schema 200")]


def test_F1_control_a_view_that_raises_is_found(world, monkeypatch):
    def crash(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(views, "envelope", crash)
    findings = asked(world, "meera", of(document(), "GET /api/projects"))
    assert ("GET /api/projects", "Server error 500") in findings.faults
