"""Requests are counted by the pattern of their route, in one process and over several."""

import os
import subprocess
import sys

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from realestate.metrics import folder, meters
from realestate.settings.env import BASE_DIR
from tests.factories.projects import UnitFactory

ONE = "/api/units/<int:pk>"


def counted(name, **labels):
    return meters.registry.get_sample_value(f"realestate_{name}", labels) or 0.0


@pytest.fixture
def change():
    """How much a counter grows while something is done."""

    def measure(act, name, **labels):
        before = counted(name, **labels)
        act()
        return counted(name, **labels) - before

    return measure


@pytest.mark.django_db
def test_addresses_of_one_route_are_one_series(change, client):
    units = UnitFactory.create_batch(3)
    ask = lambda: [client.get(f"/api/units/{unit.pk}") for unit in units]  # noqa: E731  # said once
    assert change(ask, "requests_total", route=ONE, method="GET", status="200") == 3
    assert change(ask, "request_seconds_count", route=ONE, method="GET") == 3
    routes = {sample.labels["route"] for sample in next(iter(meters.requests.collect())).samples}
    assert not [route for route in routes if str(units[0].pk) in route]


@pytest.mark.django_db
def test_statements_and_their_time_are_those_of_the_request(
    change, client, django_assert_num_queries
):
    unit = UnitFactory()
    client.get(f"/api/units/{unit.pk}")  # the first one asks for the settings too
    labels = {"route": ONE, "method": "GET"}
    with django_assert_num_queries(1) as seen:
        found = change(
            lambda: client.get(f"/api/units/{unit.pk}"), "request_statements_total", **labels
        )
    assert found == len(seen)
    ask = lambda: client.get(f"/api/units/{unit.pk}")  # noqa: E731  # said once
    assert 0 < change(ask, "request_database_seconds_total", **labels) < 5


@pytest.mark.django_db
def test_no_caller_can_make_series(change, client):
    """Neither by addresses that do not exist nor by methods that he invents."""
    labels = {"route": meters.NONE, "status": "404"}
    ask = lambda: [client.get(f"/nothing/{number}") for number in range(3)]  # noqa: E731  # said once
    assert change(ask, "requests_total", method="GET", **labels) == 3
    invent = lambda: [client.generic(f"M{number}", "/nothing") for number in range(3)]  # noqa: E731  # said once
    assert change(invent, "requests_total", method="other", **labels) == 3


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/api/projects", 200, meters.KEPT),
        ("GET", "/api/projects", 304, meters.KEPT),
        ("OPTIONS", "/api/projects", 200, meters.PREFLIGHT),
        ("GET", "/static/x.css", 200, meters.STATIC),
        ("GET", "/static/none.css", 404, meters.STATIC),
        ("GET", "/x", 404, meters.NONE),
    ],
)
def test_what_answers_before_any_route_has_a_name(method, path, status, expected):
    request = RequestFactory().generic(method, path)
    assert meters.route_of(request, HttpResponse(status=status)) == expected


def test_a_failed_view_is_counted(change, db, monkeypatch):
    monkeypatch.setattr("realestate.health.run_checks", lambda: {}["no"])
    ask = lambda: Client(raise_request_exception=False).get("/health/ready")  # noqa: E731  # said once
    labels = {"route": "/health/ready", "method": "GET", "status": "500"}
    assert change(ask, "requests_total", **labels) == 1


COUNT = (
    "from realestate.metrics import meters; meters.requests.labels('/x', 'GET', '200').inc(int({}))"
)
TELL = """
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(registry.get_sample_value("realestate_requests_total", {"route": "/x", "method": "GET", "status": "200"}))
"""


def run(code, where):
    environment = {
        **os.environ,
        folder.NAME: str(where),
        "DJANGO_SETTINGS_MODULE": "realestate.settings.test",
    }
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_processes_count_together_and_a_new_server_starts_from_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv(folder.NAME, "of somebody else")
    folder.prepare(tmp_path, 8000)
    where = tmp_path / "metrics" / "8000"
    assert os.environ[folder.NAME] == str(where)
    run(COUNT.format(2), where)
    run(COUNT.format(3), where)  # the first has ended: what it counted stays
    assert run(TELL, where) == "5.0"
    folder.prepare(tmp_path, 8000)
    assert list(where.iterdir()) == []
    assert run(TELL, where) == "None"
