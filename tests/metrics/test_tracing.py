"""Tracing: spans of requests and statements, without values; and a platform that does without it."""

import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from realestate import tracing
from realestate.settings.env import BASE_DIR
from tests.factories.projects import UnitFactory


@pytest.fixture
def spans(settings):
    """What was traced."""
    settings.MIDDLEWARE = list(settings.MIDDLEWARE)
    exporter = InMemorySpanExporter()
    tracing.begin(SimpleSpanProcessor(exporter))
    yield exporter.get_finished_spans
    DjangoInstrumentor().uninstrument()


@pytest.mark.django_db
def test_a_request_and_its_statements_are_one_trace(spans, django_assert_num_queries):
    unit = UnitFactory(pk=987_654_321)  # a number that stands in no statement by itself
    Client().get(f"/api/units/{unit.pk}")
    before = len(spans())
    with django_assert_num_queries(1):
        Client().get(f"/api/units/{unit.pk}?secret=hidden")
    statement, request = spans()[before:]
    assert request.name == "GET api/units/<int:pk>"
    assert statement.name == "WITH"  # the statement of a fast read, with its values apart
    assert statement.parent.span_id == request.context.span_id
    assert statement.context.trace_id == request.context.trace_id
    assert statement.attributes["db.system.name"] == "postgresql"
    assert str(unit.pk) not in statement.attributes["db.query.text"]
    assert request.resource.attributes["service.name"] == "realestate"
    assert request.attributes["http.route"] == "api/units/<int:pk>"
    assert request.attributes["http.status_code"] == 200


def whole(spans) -> str:
    """All that would leave, as text."""
    return " ".join(span.to_json() for span in spans())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/api/units?token=c4nary", "/api/calendar/c4nary.ics", "/c4nary"]
)
@pytest.mark.parametrize("given", [{}, {"REQUEST_URI": "/c4nary?c4nary=c4nary"}])
def test_H10_no_address_of_a_request_leaves_with_its_span(spans, address, given):
    Client().get(address, **given)
    assert "http.status_code" in whole(spans)
    assert "c4nary" not in whole(spans)


@pytest.mark.django_db
def test_H10_what_a_fault_quotes_of_a_row_does_not_leave(spans):
    with (
        pytest.raises(DatabaseError),
        connection.execute_wrapper(tracing._spanned),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT %s::int", ["c4nary"])
    (statement,) = spans()
    assert statement.status.status_code.name == "ERROR"
    (event,) = statement.events
    assert event.attributes["exception.type"].endswith("DataError")
    assert set(event.attributes) <= tracing.OF_A_FAULT
    assert "c4nary" not in whole(spans)


@pytest.mark.django_db
def test_what_machines_ask_every_few_seconds_is_not_traced(spans):
    assert [Client().get(path).status_code for path in ("/health", "/metrics")] == [200, 200]
    assert spans() == ()


WHOLE = """
from django.test import Client
from realestate import wsgi
print(Client(headers={"host": "localhost"}).get("/api/nothing").status_code)
"""
WITHOUT = "import sys; sys.modules['opentelemetry'] = None\n"


def start(code, endpoint):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "ENV_FILE": "",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
    }
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def collector():
    """A collector's door; what came through it."""

    class Handler(BaseHTTPRequestHandler):
        came, paths = Event(), []

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.came.set()

        def log_message(self, *_args):
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        server.paths = Handler.paths
        yield server
        server.shutdown()


def test_spans_go_where_the_setting_says(collector):
    run = start(WHOLE, f"http://127.0.0.1:{collector.server_address[1]}")
    assert run.stdout == "404\n", run.stderr
    assert collector.paths == ["/v1/traces"]


def test_without_the_setting_nothing_of_it_is_needed():
    run = start(WITHOUT + WHOLE, "")
    assert run.stdout == "404\n", run.stderr


def test_with_the_setting_and_without_the_packages_the_start_says_what_is_missing():
    run = start(WITHOUT + WHOLE, "http://127.0.0.1:4318")
    assert run.returncode == 1
    assert "pip install -r requirements-otel.txt" in run.stderr.splitlines()[-1]
