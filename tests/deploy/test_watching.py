"""Alerts name figures that there are and pages that there are; the probe sees what is well."""

import http.server
import re
import threading

import pytest
import yaml

from deploy import probe
from realestate.metrics import business, meters, platform
from realestate.metrics.lookout import Lookout, look
from realestate.metrics.page import newest_backup, of_this_server
from realestate.settings.env import BASE_DIR
from tests.deploy.files import DEPLOY, services

FOREIGN = {"probe_ssl_earliest_cert_expiry"}  # of blackbox-exporter
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]


@pytest.fixture
def exported(db):
    """The names of all figures."""
    lookout = Lookout("business", lambda: (), fresh=0)
    families = [
        *meters.registry.collect(),
        *platform.read(),
        *business.read(),
        *of_this_server(),
        *look([lookout]),
    ]
    assert newest_backup(BASE_DIR / "none") == 0.0
    names = {family.name for family in families} | {"realestate_backup_timestamp_seconds"}
    return names | {f"{name}_total" for name in names} | {f"{name}_bucket" for name in names}


def test_alerts_look_at_figures_that_there_are(exported):
    named = {
        name
        for rule in RULES
        for name in re.findall(r"\b(?:realestate|probe)_[a-z_]+", rule["expr"])
    }
    assert named - exported - FOREIGN == set()
    assert len(RULES) == 14
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "warn"}


def test_every_alert_leads_to_a_section_of_the_runbook():
    text = (BASE_DIR / "docs" / "operation.md").read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings
    }
    wanted = {rule["annotations"]["runbook"] for rule in RULES}
    assert {page.split("#")[0] for page in wanted} == {"docs/operation.md"}
    assert {page.split("#")[1] for page in wanted} - anchors == set()


def test_prometheus_asks_each_server_and_reads_the_alerts():
    found = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    assert found["rule_files"] == ["alerts.yml"]
    (job,) = found["scrape_configs"]
    assert {target.split(":")[0] for target in job["static_configs"][0]["targets"]} <= set(
        services()
    )


@pytest.fixture
def server():
    """Answers /good with 200 and everything else with 503, and remembers by which name it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        hosts = []

        def do_GET(self):
            self.hosts.append(self.headers["Host"])
            self.send_response(200 if self.path == "/good" else 503)
            self.end_headers()

        def log_message(self, *_args):
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever).start()
        yield running
        running.shutdown()


def test_the_probe_sees_who_is_well(server, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "api.example.org, web1")
    port = server.server_address[1]
    assert [probe.is_well(path, port) for path in ("/good", "/bad")] == [True, False]
    assert server.RequestHandlerClass.hosts == ["api.example.org"] * 2
    server.socket.close()
    assert probe.is_well("/good", 1) is False
