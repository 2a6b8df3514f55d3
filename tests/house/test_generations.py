"""Reloading the web server: the present one ends only for a next one that answers; a starting one ends at once."""

import os
import signal
import subprocess
import sys

import pytest

from realestate.core.processes import BEGIN_FD, LOADED_FD
from realestate.settings.env import BASE_DIR
from tests.house.test_serve import PATIENCE, eventually, is_gone

STANDS_BY = "stands_by"
# A server that says what it is told to: a file holds how the next one behaves.
SERVER = f"""
import os, pathlib, select, sys
from realestate.core.processes import stand_by
if {BEGIN_FD!r} in os.environ:
    os.write(1, b"{STANDS_BY} %d\\n" % os.getpid())
stand_by()
how = pathlib.Path(sys.argv[1]).read_text()
if how == "quick":
    os.write(int(os.environ[{LOADED_FD!r}]), b"..")
os.write(1, b"%s %d\\n" % (how.encode(), os.getpid()))
if how == "dies":
    sys.exit(3)
gate = pathlib.Path(sys.argv[1]).with_name("gate")
while how == "slow" and not gate.exists():
    select.select([], [], [], 0.02)
os.write(int(os.environ[{LOADED_FD!r}]), b"..")
select.select([], [], [])
"""
SUPERVISOR = """
import sys
import django
django.setup()
from realestate.management.generations import Generations
sys.exit(Generations([sys.executable, "-c", *sys.argv[1:]], 2).run())
"""


class Reloaded:
    """A supervisor of such servers."""

    def __init__(self, folder, how):
        self.how = folder / "how"
        self.gate = folder / "gate"
        self.how.write_text(how)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, SERVER, str(self.how)],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "realestate.settings.test"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def heard(self):
        """What a server says when it starts, and its number."""
        how, number = self.process.stdout.readline().split()
        return how, int(number)

    def started(self):
        """The number of the server that has just begun."""
        return next(number for how, number in iter(self.heard, None) if how != STANDS_BY)

    def standing_by(self):
        """The number of the one that has just been started to stand by."""
        return next(number for how, number in iter(self.heard, None) if how == STANDS_BY)

    def reload(self, how):
        """Ask for a next one; its number."""
        self.how.write_text(how)
        self.process.send_signal(signal.SIGHUP)
        return self.started()

    def end(self):
        """Ask to stop; the code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


@pytest.fixture
def how():
    """How the first server behaves."""
    return "good"


@pytest.fixture
def server(tmp_path, how):
    supervisor = Reloaded(tmp_path, how)
    yield supervisor
    supervisor.process.kill()
    supervisor.process.communicate()


def test_C7_the_present_one_ends_when_the_next_one_is_loaded(server):
    first = server.started()
    second = server.reload("slow")
    assert not is_gone(first)  # the control: it has started and does not answer yet
    server.gate.touch()
    eventually(lambda: is_gone(first))
    assert not is_gone(second)
    assert server.end() == 0
    assert is_gone(second)


def test_C7_a_release_that_does_not_start_harms_nobody(server):
    first = server.started()
    eventually(lambda: is_gone(server.reload("dies")))
    assert server.process.poll() is None
    assert not is_gone(first)
    third = server.reload("good")  # and the next one is welcome
    eventually(lambda: is_gone(first))
    assert not is_gone(third)


def test_C7_who_is_told_to_stop_in_the_middle_takes_both_along(server):
    numbers = [server.started(), server.reload("slow")]
    assert server.end() == 0
    assert all(is_gone(number) for number in numbers)


@pytest.mark.parametrize("how", ["quick"])
def test_C1_a_server_that_is_killed_is_followed_by_another_one_at_once(server):
    for _times in range(3):
        os.kill(server.started(), signal.SIGKILL)
    last = server.started()
    assert server.end() == 0
    assert is_gone(last)


@pytest.mark.parametrize("how", ["quick"])
def test_C1_the_one_that_stands_by_takes_the_place_of_a_killed_one(server):
    first, spare = server.started(), server.standing_by()
    os.kill(first, signal.SIGKILL)
    assert server.heard() == ("quick", spare)
    last = server.standing_by()  # and there is one for the next time
    assert server.end() == 0
    assert is_gone(spare)
    assert is_gone(last)


@pytest.mark.parametrize("how", ["quick"])
def test_C1_without_one_that_stands_by_another_one_is_started(server):
    first, spare = server.started(), server.standing_by()
    os.kill(spare, signal.SIGKILL)
    eventually(lambda: is_gone(spare))
    os.kill(first, signal.SIGKILL)
    assert server.started() not in {first, spare}


def test_C7_the_one_that_stands_by_is_never_older_than_the_one_that_answers(server):
    first, spare = server.started(), server.standing_by()
    second = server.reload("good")
    eventually(lambda: is_gone(first) and is_gone(spare))
    new = server.standing_by()
    os.kill(second, signal.SIGKILL)
    assert server.started() == new


def test_C7_who_stands_by_ends_with_who_keeps_it(server):
    server.started()
    spare = server.standing_by()
    server.process.kill()
    eventually(lambda: is_gone(spare))


@pytest.mark.parametrize("how", ["dies"])
def test_a_server_that_ends_before_it_answers_is_the_end_and_its_supervisor_hears_of_it(server):
    assert server.process.wait(PATIENCE) == 1


LOADING = """
import os, time
from realestate.core.processes import end_when_asked_while_starting
{call}
os.write(1, b"loading\\n")
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("call", "is_killed"), [("end_when_asked_while_starting()", False), ("pass", True)]
)
def test_C7_a_worker_that_is_told_to_stop_while_it_loads_is_not_waited_for(
    tmp_path, call, is_killed
):
    (tmp_path / "loading.py").write_text(LOADING.format(call=call))
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "1",
        "--port",
        "0",
    ]
    with subprocess.Popen(
        [*command, "--workers-kill-timeout", "2", "loading:application"],
        cwd=BASE_DIR,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{BASE_DIR}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = next(line for line in process.stdout if line in {"loading\n", ""})
        assert said == "loading\n"
        process.terminate()
        rest, _ = process.communicate(timeout=PATIENCE)
    assert ("refused to gracefully stop" in rest) is is_killed
