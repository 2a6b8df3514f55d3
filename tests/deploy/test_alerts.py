"""Each alert, evaluated by Prometheus' own tool: silent while all is well, and it speaks when it should, not before."""

import json
import shutil
import subprocess
from dataclasses import dataclass, field

import pytest

from tests.deploy.files import DEPLOY
from tests.deploy.test_watching import RULES

ALERTS = DEPLOY / "prometheus" / "alerts.yml"
BY_NAME = {rule["alert"]: rule for rule in RULES}
CHECKED, BACKED_UP = "realestate_job_done_timestamp_seconds", "realestate_backup_timestamp_seconds"
HOUR = 3600  # the tool's own clock begins at 0: what is long ago is below
WEB = {"instance": "web1:8000", "job": "realestate"}

PROMTOOL = shutil.which("promtool")
# Only Prometheus knows what its expressions mean: without its tool there is nobody to ask. It is no Python package, and
# test_watching.py holds the alerts to figures and runbook without it.
pytestmark = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool (of Prometheus) is not installed"
)


@dataclass(frozen=True)
class Case:
    """A figure a minute; from which minute on something is wrong with it, and what is said about it."""

    bad: dict[str, str]  # series -> values
    good: dict[str, str]
    begins: int  # the first minute at which the alert's condition is met
    summary: str
    labels: dict[str, str] = field(default_factory=dict)


def requests(errors: int) -> dict[str, str]:
    """A hundred requests a minute, so many of them failed."""
    name = "realestate_requests_total"
    return {
        f'{name}{{status="200"}}': f"0+{100 - errors}x60",
        f'{name}{{status="503"}}': f"0+{errors}x60",
    }


def answers(route: str, slow: int) -> dict[str, str]:
    """A hundred answers a minute, so many of them took between one second and two."""
    name = "realestate_request_seconds_bucket"
    return {
        f'{name}{{route="{route}",le="1.0"}}': f"0+{100 - slow}x60",
        f'{name}{{route="{route}",le="2.0"}}': "0+100x60",
        f'{name}{{route="{route}",le="+Inf"}}': "0+100x60",
    }


def gauge(name: str, value: float, *, of: str = "") -> dict[str, str]:
    """One figure that stays."""
    return {f"{name}{of}": f"{value}+0x90"}


CASES = {
    "ServerDown": Case(
        gauge("up", 0, of='{job="realestate",instance="web1:8000"}'),
        gauge("up", 1, of='{job="realestate",instance="web1:8000"}')
        | gauge("up", 0, of='{job="other",instance="db:9100"}'),
        0,
        "web1:8000 does not answer.",
        WEB,
    ),
    "ServerErrors": Case(requests(2), requests(1), 1, "2% of requests fail."),
    "SlowAnswers": Case(
        answers("/api/units", 6),
        answers("/api/units", 5) | answers("/admin/bookings/booking/", 100),
        1,
        "p95 is 1.167s.",
    ),
    "DatabaseSilent": Case(
        gauge("realestate_database_read_timestamp_seconds", 0),
        {
            'realestate_database_read_timestamp_seconds{instance="a"}': "0+0x60",
            'realestate_database_read_timestamp_seconds{instance="b"}': "0+60x60",
        },
        2,
        "The database has not answered a scrape for a minute.",
    ),
    "DatabaseConnections": Case(
        gauge("realestate_database_connections", 50, of='{instance="a",state="idle"}')
        | gauge("realestate_database_connections", 31, of='{instance="a",state="active"}')
        | gauge("realestate_database_connections_most", 100),
        gauge("realestate_database_connections", 80, of='{instance="a",state="idle"}')
        | gauge("realestate_database_connections", 80, of='{instance="b",state="idle"}')
        | gauge("realestate_database_connections_most", 100),
        0,
        "81% of the database's connections are taken.",
    ),
    "NoWorker": Case(
        gauge("realestate_queue_workers", 0),
        gauge("realestate_queue_workers", 1),
        0,
        "No worker runs jobs.",
    ),
    "QueueOld": Case(
        gauge("realestate_queue_oldest_seconds", 301),
        gauge("realestate_queue_oldest_seconds", 300),
        0,
        "The oldest job has waited for 5m 1s.",
    ),
    "QueueDeep": Case(
        gauge("realestate_queue_jobs", 5001, of='{state="waiting"}'),
        gauge("realestate_queue_jobs", 5000, of='{state="waiting"}')
        | gauge("realestate_queue_jobs", 9000, of='{state="done"}'),
        0,
        "5001 jobs wait.",
    ),
    "JobsFailed": Case(
        gauge("realestate_queue_jobs", 1, of='{state="failed"}'),
        gauge("realestate_queue_jobs", 0, of='{state="failed"}'),
        0,
        "1 jobs were given up.",
    ),
    "MessagesLate": Case(
        gauge("realestate_deliveries_oldest_seconds", 901),
        gauge("realestate_deliveries_oldest_seconds", 900),
        0,
        "Messages wait for 15m 1s.",
    ),
    "IntegrityUnchecked": Case(
        gauge(CHECKED, 60 - 36 * HOUR, of='{job="realestate.check_integrity"}'),
        {
            f'{CHECKED}{{job="realestate.check_integrity"}}': f"{60 - 36 * HOUR}+60x90",
            f'{CHECKED}{{job="realestate.other"}}': f"{-40 * HOUR}+0x90",
        },
        2,
        "No nightly check of all figures has ended well for a day and a half.",
    ),
    "DiskFull": Case(
        gauge("realestate_disk_free_ratio", 0.09, of='{instance="web1:8000",job="realestate"}'),
        gauge("realestate_disk_free_ratio", 0.1, of='{instance="web1:8000",job="realestate"}'),
        0,
        "web1:8000: 9% of the disk is free.",
        WEB,
    ),
    "BackupOld": Case(
        gauge(BACKED_UP, 60 - 26 * HOUR),
        {BACKED_UP: f"{60 - 26 * HOUR}+60x90"},
        2,
        "The newest backup is older than 26 hours, or there is none.",
    ),
    "CertificateEnds": Case(
        gauge("probe_ssl_earliest_cert_expiry", 14 * 86400, of='{instance="https://api.example"}'),
        gauge("probe_ssl_earliest_cert_expiry", 20 * 86400, of='{instance="https://api.example"}'),
        1,
        "The certificate of https://api.example ends in 13d 23h 59m 0s.",
        {"instance": "https://api.example"},
    ),
}
MINUTES = {"s": 0, "m": 1, "h": 60}


def patience(name: str) -> int:
    """Minutes for which an alert's condition must hold before it speaks."""
    told = BY_NAME[name].get("for", "0m")
    return int(told[:-1]) * MINUTES[told[-1]]


def looked_at(name: str, series: dict[str, str], *moments: tuple[int, bool]) -> dict[str, object]:
    """These figures, and whether the alert speaks at each of these minutes."""
    rule, case = BY_NAME[name], CASES[name]
    alert = {
        "exp_labels": {**rule["labels"], **case.labels},
        "exp_annotations": {**rule["annotations"], "summary": case.summary},
    }
    return {
        "interval": "1m",
        "input_series": [{"series": each, "values": how} for each, how in series.items()],
        "alert_rule_test": [
            {
                "eval_time": f"{minute}m",
                "alertname": name,
                "exp_alerts": [alert] if speaks else [],
            }
            for minute, speaks in moments
            if minute >= 0
        ],
    }


def evaluate(folder, *tests: dict[str, object]) -> None:
    """All of it by the tool, which says what was not so."""
    path = folder / "tests.yml"
    told = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}
    path.write_text(json.dumps(told))  # JSON is YAML
    run = subprocess.run(
        [str(PROMTOOL), "test", "rules", path], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_is_evaluated():
    assert CASES.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", CASES)
def test_an_alert_speaks_when_its_time_has_come_not_before_and_not_while_all_is_well(
    tmp_path, name
):
    case = CASES[name]
    speaks = case.begins + patience(name)
    evaluate(
        tmp_path,
        looked_at(name, case.bad, (speaks - 1, False), (speaks, True)),
        looked_at(name, case.good, (speaks, False), (speaks + 5, False)),
    )


def test_a_backup_that_never_was_is_told_too(tmp_path):
    up = gauge("up", 1, of='{job="realestate"}')
    evaluate(tmp_path, looked_at("BackupOld", up, (59, False), (60, True)))


def test_prometheus_reads_the_page_of_figures_and_finds_nothing_to_complain_of(client, db):
    page = client.get("/metrics").text
    run = subprocess.run(
        [str(PROMTOOL), "check", "metrics"], input=page, capture_output=True, text=True, check=False
    )
    assert "realestate_requests_total" in page
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


def test_prometheus_takes_its_settings(tmp_path):
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    (tmp_path / "metrics.token").write_text("a-token")
    here = text.replace("/run/realestate/metrics.token", str(tmp_path / "metrics.token"))
    (tmp_path / "prometheus.yml").write_text(here)
    (tmp_path / "alerts.yml").write_text(ALERTS.read_text())
    run = subprocess.run(
        [str(PROMTOOL), "check", "config", tmp_path / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "14 rules found" in run.stdout) == (0, True), run.stdout + run.stderr
