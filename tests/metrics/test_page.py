"""Who may read /metrics, and what stands there."""

import os
import time

import pytest

from realestate import __version__
from realestate.metrics import page

TOKEN = "a-token-of-thirty-two-characters-x"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_lookouts(monkeypatch):
    """They read on connections of their own, which see nothing of a test."""
    monkeypatch.setattr(page, "LOOKOUTS", ())


def statuses(client, *asked):
    return [client.get("/metrics", **headers).status_code for headers in asked]


def test_without_a_token_programs_of_this_machine_may_read(client):
    peers = ("127.0.0.1", "::1", "127.8.8.8", "10.0.0.7", "203.0.113.9", "", "unix")
    found = [client.get("/metrics", REMOTE_ADDR=peer).status_code for peer in peers]
    assert found == [200, 200, 200, 404, 404, 404, 404]


@pytest.mark.parametrize("header", page.FORWARDED)
def test_without_a_token_nobody_may_read_through_a_proxy(client, header):
    assert statuses(client, {header: "127.0.0.1"}) == [404]


def test_without_a_token_nobody_may_read_where_a_proxy_is_expected(client, settings):
    settings.TRUSTED_PROXIES = 1
    assert statuses(client, {}) == [404]


def test_with_a_token_its_holders_may_read_and_nobody_else(client, settings):
    settings.METRICS_TOKEN = TOKEN
    settings.TRUSTED_PROXIES = 1
    good = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}
    bad = [TOKEN, f"Bearer {TOKEN}x", f"bearer {TOKEN}", "Bearer ", "Bearer é"]
    assert statuses(client, good, {**good, "REMOTE_ADDR": "203.0.113.9"}, {}) == [200, 200, 404]
    assert statuses(client, *({"HTTP_AUTHORIZATION": word} for word in bad)) == [404] * len(bad)


def test_who_may_not_read_is_told_what_unknown_addresses_are_told(client):
    refused = client.get("/metrics", REMOTE_ADDR="203.0.113.9").json()
    unknown = client.get("/nothing").json()
    assert refused | {"request_id": ""} == unknown | {"request_id": ""}


def test_it_only_reads(client):
    assert client.post("/metrics").status_code == 405


def test_it_says_what_runs_and_what_was_asked(client):
    client.get("/health")
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in answer["Cache-Control"]
    lines = answer.text.splitlines()
    info = [line for line in lines if line.startswith("realestate_info{")]
    assert [f'version="{__version__}"' in line and line.endswith(" 1.0") for line in info] == [True]
    asked = 'realestate_requests_total{method="GET",route="/health",status="200"} '
    assert [float(line.rpartition(" ")[2]) > 0 for line in lines if line.startswith(asked)] == [
        True
    ]


def test_the_newest_complete_backup_is_found(tmp_path, client, settings):
    settings.VAR_DIR = tmp_path
    assert "realestate_backup_timestamp_seconds" not in client.get("/metrics").text
    for name, age in (("a", 500), ("b", 100), ("c", 50)):
        (tmp_path / "backups" / name).mkdir(parents=True)
        if name != "c":  # it is not complete
            sums = tmp_path / "backups" / name / "SHA256SUMS"
            sums.touch()
            os.utime(sums, (time.time() - age,) * 2)
    newest = page.newest_backup(tmp_path / "backups")
    assert newest == (tmp_path / "backups" / "b" / "SHA256SUMS").stat().st_mtime
    lines = client.get("/metrics").text.splitlines()
    told = [line.split()[1] for line in lines if line.startswith("realestate_backup_timestamp_")]
    assert [float(number) for number in told] == [newest]
