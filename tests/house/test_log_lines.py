"""Each request has an id that its caller may choose, and each line of the log is JSON that hides secrets."""

import logging

import orjson
import pytest
import structlog
from django.http import HttpResponse
from django.test import RequestFactory

from realestate import logs
from realestate.core import request_id


@pytest.fixture
def answer():
    """Sends one request through the middleware alone; what the view saw, and the response."""
    seen = []

    def view(_request):
        seen.append(request_id.current())
        return HttpResponse()

    def send(**headers):
        response = request_id.RequestIdMiddleware(view)(RequestFactory().get("/x", headers=headers))
        return seen.pop(), response["X-Request-ID"]

    return send


@pytest.mark.parametrize("given", ["abc-123", "A.b_c", "f" * 64])
def test_a_well_formed_id_is_kept(answer, given):
    assert answer(**{"X-Request-ID": given}) == (given, given)


@pytest.mark.parametrize(
    "given", ["", "with space", "f" * 65, "a\nb", "a\r\nSet-Cookie: x=1", "ü", "a;b", 'a"b']
)
def test_any_other_id_is_replaced(answer, given):
    seen, shown = answer(**{"X-Request-ID": given})
    assert seen == shown != given
    assert len(shown) == 32


def test_ids_differ_and_end_with_their_request(answer):
    assert answer()[0] != answer()[0]
    assert request_id.current() == ""


def test_every_answer_names_its_id_also_refusals_and_preflights(client):
    origin = {"Origin": "http://localhost:3000"}
    for response in (
        client.get("/health", headers=origin),
        client.get("/no/such/page", headers=origin),
        client.options("/api/x", headers={**origin, "Access-Control-Request-Method": "POST"}),
    ):
        assert len(response["X-Request-ID"]) == 32
        assert response["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "access-control-allow-origin" not in client.get(
        "/health", headers={"Origin": "http://evil.example"}
    )


def written(record_level=logging.INFO, **event):
    """The line that a logger's call ends up as."""
    config = logs.logging_config(level="INFO", columns=False)
    options = dict(config["formatters"]["structured"])
    formatter = options.pop("()")(**options)
    record = logging.LogRecord("house", record_level, __file__, 1, "said %s", ("so",), None)
    record.__dict__.update(event)
    return orjson.loads(formatter.format(record))


def test_lines_are_json_and_carry_the_request():
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        line = written(unit=7)
    assert (line["event"], line["level"], line["logger"], line["unit"], line["request_id"]) == (
        "said so",
        "info",
        "house",
        7,
        "r-1",
    )


@pytest.mark.parametrize(
    "key", ["password", "access_token", "Authorization", "new_password", "session_cookie"]
)
def test_secrets_are_never_written(key):
    assert written(**{key: "hunter2"})[key] == logs.HIDDEN


def test_words_that_only_look_like_secrets_are_written():
    assert written(tokenizer="x", passworded=1)["tokenizer"] == "x"


def test_a_line_break_cannot_forge_a_line():
    formatter_output = logs.to_json({"event": "a\nb"})
    assert "\n" not in formatter_output
