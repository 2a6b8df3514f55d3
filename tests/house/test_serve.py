"""The supervisor: its children live and end together, whichever way the end comes."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import pytest
from django.core.management.base import CommandError
from django.db import connection

from benchmarks.servers import HOST, running, wait_until_ready
from benchmarks.stage import free_port
from realestate.management.commands import serve
from realestate.settings.env import BASE_DIR

PATIENCE = 20.0
SLEEPER = r"import os, time; os.write(1, b'up\n'); time.sleep(600)"  # in one piece, whatever the buffering
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
SUPERVISOR = r"""
import os, sys
from realestate.management.commands.serve import Crew
crew = Crew({f"child {number}": [sys.executable, "-c", code] for number, code in enumerate(sys.argv[1:])})
crew.start()
os.write(1, b"%s\n" % " ".join(str(member.pid) for member in crew.members.values()).encode())
crew.wait_until(lambda: False, None)
crew.stop()
print("ended:", crew.ended, flush=True)
"""


class Supervisor:
    """A process with a crew of invented children."""

    def __init__(self, *children):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, *children],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "realestate.settings.test"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        lines = [self.process.stdout.readline().strip() for _ in range(len(children) + 1)]
        self.children = [int(pid) for line in lines if line != "up" for pid in line.split()]

    def finish(self):
        """Waits for its end; its last words."""
        words, _ = self.process.communicate(timeout=PATIENCE)
        return words.strip()


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        select.select([], [], [], 0.02)


def is_gone(pid):
    """Ended; perhaps nobody has taken notice yet."""
    shown = subprocess.run(
        ["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] in {"", "Z"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_all_end_when_asked(number):
    supervisor = Supervisor(SLEEPER, SLEEPER)
    supervisor.process.send_signal(number)
    assert supervisor.finish() == "ended:"
    assert all(is_gone(pid) for pid in supervisor.children)


def test_all_end_when_one_dies_and_it_is_named():
    supervisor = Supervisor(SLEEPER, SLEEPER)
    os.kill(supervisor.children[1], signal.SIGKILL)
    assert supervisor.finish() == "ended: child 1"
    assert all(is_gone(pid) for pid in supervisor.children)


def test_a_second_signal_ends_what_does_not_want_to():
    supervisor = Supervisor(STUBBORN)
    supervisor.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):  # the control: one signal is a request
        supervisor.process.wait(1)
    supervisor.process.send_signal(signal.SIGINT)
    assert supervisor.finish() == "ended:"
    assert is_gone(supervisor.children[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_children_do_not_outlive_a_killed_supervisor():
    supervisor = Supervisor(SLEEPER, SLEEPER)
    supervisor.process.kill()
    supervisor.finish()
    eventually(lambda: all(is_gone(pid) for pid in supervisor.children))


def test_a_taken_port_is_refused_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match="make run PORT="):
            serve.refuse_taken_port("127.0.0.1", port)
    serve.refuse_taken_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "localhost"),
        ("::", "localhost"),
        ("10.0.0.7", "10.0.0.7"),
        ("fd00::1", "[fd00::1]"),
    ],
)
def test_addresses_are_shown_as_a_browser_takes_them(host, shown):
    assert serve.visible(host) == shown


@pytest.mark.django_db
def test_logins_are_told_only_when_the_demo_is_there(django_user_model, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)  # it is the test's
    assert serve.demo_logins() == []
    assert "Logins" not in serve.greeting("127.0.0.1", 8000)
    django_user_model.objects.create(email="staff@test.com", user_type="staff")
    assert serve.demo_logins() == ["staff@test.com"]
    assert "staff@test.com; password password123" in serve.greeting("127.0.0.1", 8000)


@pytest.mark.slow
def test_F6_the_web_server_reads_no_head_above_16_kB_and_names_no_version():
    port = free_port()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "realestate.settings.test"}
    with running(serve.web_command(HOST, port), environment) as process:
        wait_until_ready(process, f"http://{HOST}:{port}/health")
        heard = {}
        for length in (8_000, serve.LONGEST_HEAD):
            connection = HTTPConnection(HOST, port, timeout=PATIENCE)
            connection.request("GET", "/health", headers={"X-Long": "a" * length})
            answer = connection.getresponse()
            heard[length] = answer.status
            assert not any(sign.isdigit() for sign in answer.headers.get("Server", ""))
            connection.close()
    assert heard == {8_000: 200, serve.LONGEST_HEAD: 431}
