"""The embedded database server: one per checkout, shared, and gone with its last user, however that one ends."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from realestate.core.db import embedded, embedded_cluster, embedded_watcher

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0
MEMBER = """
import sys
from pathlib import Path
from realestate.core.db.embedded import ensure_running
server = ensure_running(Path(sys.argv[1]), durable=sys.argv[2] == "durable", grace=0.1)
print(server.host, flush=True)
sys.stdin.read()
"""


class Member:
    """A process that uses the server until it is told to go, or killed."""

    def __init__(self, var_dir, kind):
        self.process = subprocess.Popen(
            [sys.executable, "-c", MEMBER, str(var_dir), kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.hears, self.says = self.process.stdin, self.process.stdout

    @property
    def joined(self):
        """The folder of the socket, once it is a user."""
        return self.says.readline().strip()

    def kill(self):
        self.process.kill()
        self._close()

    def leave(self):
        self.hears.close()
        self._close()

    def _close(self):
        self.process.wait(PATIENCE)
        for stream in (self.hears, self.says):
            stream.close()


class House:
    """One checkout's VAR_DIR and the processes that use it."""

    def __init__(self, var_dir, kind="throw-away"):
        self.var_dir, self.kind, self.members = var_dir, kind, []

    def member(self):
        self.members.append(Member(self.var_dir, self.kind))
        return self.members[-1]

    @property
    def locks(self):
        return embedded_cluster.lock_folder(self.var_dir, durable=self.kind == "durable")

    @property
    def cluster(self):
        return embedded_cluster.locate(self.locks, durable=self.kind == "durable")

    def ask(self, question):
        with self.connection() as connection:
            return connection.execute(question).fetchone()[0]

    def connection(self, dbname="realestate"):
        return psycopg.connect(
            host=self.cluster.sockets, user="realestate", dbname=dbname, autocommit=True
        )

    @property
    def answers(self):
        try:
            return self.ask("SELECT 1") == 1
        except psycopg.OperationalError:
            return False

    @property
    def watched(self):
        """Whether a watcher holds its lock."""
        probe = embedded_cluster.try_lock(self.locks / "watcher.lock")
        if probe is not None:
            os.close(probe)
        return probe is None

    def close(self):
        for member in self.members:
            if member.process.returncode is None:
                member.kill()
        eventually(lambda: not self.watched)
        shutil.rmtree(self.cluster.sockets)


@pytest.fixture
def place():
    """A folder that the server's user may enter: pytest's own are closed to everybody else."""
    folder = Path(tempfile.mkdtemp(prefix="house-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def house(place):
    made = House(place / "var")
    yield made
    made.close()


@pytest.fixture
def lasting_house(place):
    made = House(place / "var", "durable")
    yield made
    made.close()


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        select.select([], [], [], 0.02)


def watcher_of(house):
    """The watcher is the parent of the server."""
    pid = embedded_cluster.server_pid(house.cluster)
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_server_is_shared_and_ends_with_its_last_user_even_when_all_are_killed(house):
    first, second = house.member(), house.member()
    assert first.joined == second.joined == house.cluster.sockets
    first.kill()
    assert house.watched
    assert house.answers  # the control: one user is enough
    second.kill()
    eventually(lambda: not house.watched)
    assert not house.answers
    assert embedded_cluster.server_pid(house.cluster) is None


def test_server_stops_cleanly_after_its_last_user_left(lasting_house):
    member = lasting_house.member()
    assert member.joined
    member.leave()
    eventually(lambda: not lasting_house.watched)
    assert "database system is shut down" in lasting_house.cluster.log.read_text()


def test_ten_processes_at_the_same_time_get_one_server(house):
    members = [house.member() for _ in range(10)]
    assert {member.joined for member in members} == {house.cluster.sockets}
    assert house.answers
    assert house.cluster.log.read_text().count("ready to accept connections") == 1


def test_next_user_during_the_stop_gets_a_running_server(house):
    for _ in range(3):
        member = house.member()
        assert member.joined
        assert house.answers
        member.kill()  # and at once the next one, at some point of the watcher's way down


def test_data_survives_a_killed_server_and_users_find_it_again(lasting_house):
    assert lasting_house.member().joined
    with lasting_house.connection() as connection:
        connection.execute("CREATE TABLE promise AS SELECT 42 AS kept")
    killed = embedded_cluster.server_pid(lasting_house.cluster)
    assert killed
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: embedded_cluster.server_pid(lasting_house.cluster) not in {killed, None})
    eventually(lambda: lasting_house.answers)
    assert lasting_house.ask("SELECT kept FROM promise") == 42


def test_C2_a_server_that_is_killed_again_while_it_starts_comes_back(lasting_house):
    assert lasting_house.member().joined
    killed = {None}
    for _time in range(3):
        eventually(lambda: embedded_cluster.server_pid(lasting_house.cluster) not in killed)
        pid = embedded_cluster.server_pid(lasting_house.cluster)
        killed.add(pid)
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: lasting_house.answers)
    assert lasting_house.watched


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_server_ends_with_its_watcher_and_the_next_user_starts_both_again(house):
    assert house.member().joined
    os.kill(watcher_of(house), signal.SIGKILL)
    eventually(lambda: embedded_cluster.server_pid(house.cluster) is None)
    assert house.member().joined
    assert house.answers


def test_server_without_a_watcher_is_replaced(house):
    first = house.member()
    assert first.joined
    first.kill()
    eventually(lambda: not house.watched)
    orphan = embedded_watcher._start_server(house.cluster)
    assert house.answers
    assert house.member().joined
    orphan.wait(PATIENCE)
    assert embedded_cluster.server_pid(house.cluster) != orphan.pid
    assert house.answers


def test_remains_that_name_a_living_stranger_are_forgotten(house):
    first = house.member()
    assert first.joined
    first.kill()
    eventually(lambda: not house.watched)
    for remains in (
        Path(house.cluster.data, "postmaster.pid"),
        Path(house.cluster.sockets, ".s.PGSQL.5432.lock"),
    ):
        remains.write_text(f"{os.getpid()}\n{house.cluster.data}\n")
    assert house.member().joined
    assert house.answers


def test_half_made_data_is_made_anew(house):
    partial = house.locks / "data.partial"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18\n")
    Path(house.cluster.data).mkdir()  # a name alone is no cluster
    assert house.member().joined
    assert house.answers


@pytest.mark.parametrize(("kind", "expected"), [("durable", "on"), ("throw-away", "off")])
def test_only_the_throw_away_server_may_lose_what_it_acknowledged(place, kind, expected):
    house = House(place, kind)
    try:
        assert house.member().joined
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert house.ask(f"SHOW {setting}") == expected
        assert house.ask("SHOW listen_addresses") == ""
        assert kind != "durable" or house.ask("SHOW data_checksums") == "on"
    finally:
        house.close()


def test_databases_of_cut_off_test_runs_are_removed_at_the_next_start(house):
    first = house.member()
    assert first.joined
    with house.connection() as connection:
        connection.execute("CREATE DATABASE test_realestate_1")
    second = house.member()
    assert second.joined
    names = "SELECT array_agg(datname::text) FROM pg_database"
    # The control: not while somebody may be using it.
    assert "test_realestate_1" in house.ask(names)
    first.kill()
    second.kill()
    eventually(lambda: not house.watched)
    assert house.member().joined
    assert "test_realestate_1" not in house.ask(names)


def test_a_long_path_with_spaces_is_no_obstacle(place):
    deep = place.joinpath(*["a folder with spaces and a long name"] * 4)
    house = House(deep)
    try:
        assert house.member().joined
        assert len(str(deep)) > embedded_cluster.LONGEST_SOCKET_PATH
        assert house.answers
    finally:
        house.close()


def test_the_socket_is_for_its_owner_alone(house):
    assert house.member().joined
    assert Path(house.cluster.sockets).stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    with pytest.raises(embedded.EmbeddedServerError, match="belongs to somebody else"):
        embedded_cluster._own_folder(tmp_path, os.geteuid() + 1, 0o700)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(embedded.EmbeddedServerError, match="belongs to somebody else"):
        embedded_cluster._own_folder(link, os.geteuid(), 0o700)


def test_a_folder_that_is_too_open_is_closed(tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    embedded_cluster._own_folder(loose, os.geteuid(), 0o700)
    assert loose.stat().st_mode & 0o777 == 0o700


def test_without_programs_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDDED_POSTGRES_BIN", str(tmp_path))
    with pytest.raises(embedded.EmbeddedServerError, match="Set DATABASE_URL"):
        embedded.bin_dir()


def test_chosen_programs_come_first(tmp_path, monkeypatch):
    (tmp_path / "postgres").touch()
    monkeypatch.setenv("EMBEDDED_POSTGRES_BIN", str(tmp_path))
    assert embedded.bin_dir() == tmp_path.resolve()


def test_the_programs_for_backups_are_there():
    assert {"pg_dump", "pg_restore", "psql"} <= {path.name for path in embedded.bin_dir().iterdir()}


def test_a_server_that_cannot_start_says_why(house):
    Path(house.cluster.data).mkdir()
    Path(house.cluster.data, "PG_VERSION").write_text("9.6\n")
    message = "ended with code"
    with pytest.raises(embedded.EmbeddedServerError, match=message):
        embedded_watcher._start_server(house.cluster)
    assert house.member().joined  # throw-away data is simply made anew


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("owner", [0, 12345])
def test_as_root_data_that_changed_hands_is_still_served(house, owner):
    first = house.member()
    assert first.joined
    first.kill()
    eventually(lambda: not house.watched)
    for path in (Path(house.cluster.data), *Path(house.cluster.data).rglob("*")):
        os.chown(path, owner, owner)
    assert house.member().joined
    assert house.answers
    assert Path(house.cluster.data).stat().st_uid == (owner or embedded_cluster.NOBODY)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run the server as")
def test_as_root_in_a_closed_folder_data_and_programs_move_to_where_the_server_may_read(
    tmp_path, monkeypatch, capsys
):
    tmp_path.chmod(0o700)
    house = House(tmp_path)
    locks = house.locks
    outside = Path(embedded_cluster.locate(locks, durable=False).data).parent
    try:
        assert outside.parent == Path("/var/tmp")  # noqa: S108  # where the launcher goes
        assert "closed to the user" in capsys.readouterr().err
        copy = embedded_cluster._copy_binaries(embedded.bin_dir(), outside)
        assert copy.is_relative_to(outside)
        monkeypatch.setenv("EMBEDDED_POSTGRES_BIN", str(copy))
        assert house.member().joined
        assert house.answers
    finally:
        house.close()
        shutil.rmtree(outside)
