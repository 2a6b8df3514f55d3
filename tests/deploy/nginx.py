"""The proxy of deploy/ on this machine: its own configuration, with other ports, a folder and a certificate."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.files import DEPLOY

PROGRAM = shutil.which("nginx")
HERE = "127.0.0.1"
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
CERTIFICATE = (
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost"
)
PATIENCE = 15.0  # seconds until it listens


def written(folder: Path, place: str) -> Path:
    """The configuration as one of the installations has it, below a folder; where its main file stands."""
    files = ["-keyout", str(folder / "site.key"), "-out", str(folder / "site.crt")]
    subprocess.run(["openssl", *CERTIFICATE.split(), *files], check=True, capture_output=True)  # noqa: S607  # where the system has it
    site = (DEPLOY / "nginx" / "realestate.conf").read_text()
    (folder / "realestate.conf").write_text(site.replace("/etc/nginx/realestate", str(folder)))
    for name in ("upstreams", "log"):
        shutil.copy(DEPLOY / "nginx" / f"{name}-{place}.conf", folder / f"{name}.conf")
    room = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
    whole = folder / "nginx.conf"
    whole.write_text(
        f"pid {folder}/pid; events {{}} http {{ {room} include {folder}/realestate.conf; }}"
    )
    return whole


@dataclass
class Proxy:
    """One that runs: its ports, and what it has written."""

    plain: int
    secure: int
    folder: Path

    def lines(self) -> str:
        """All of its lines, also those that went to its standard error."""
        return "".join((self.folder / name).read_text() for name in ("lines", "faults"))

    def ask(self, request: str, *, tls: bool = True) -> str:
        """What comes back to these words until it closes: the head and the body."""
        line = socket.create_connection((HERE, self.secure if tls else self.plain), timeout=15)
        if tls:
            trusting = ssl.create_default_context(cafile=str(self.folder / "site.crt"))
            line = trusting.wrap_socket(line, server_hostname="localhost")
        heard = b""
        with line, suppress(ssl.SSLEOFError, ConnectionError):
            line.sendall(request.encode("latin-1"))
            while piece := line.recv(65_536):
                heard += piece
        return heard.decode("latin-1")

    def get(self, path: str, *, tls: bool = True) -> str:
        """The answer to a plain question."""
        return self.ask(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", tls=tls
        )


@contextmanager
def proxy(folder: Path, *, web: int, sockets: int) -> Iterator[Proxy]:
    """The proxy in front of these ports of this machine."""
    assert PROGRAM is not None
    folder.chmod(0o755)  # its workers are somebody else where root starts it
    main = written(folder, "one-machine")
    running = Proxy(_free(), _free(), folder)
    site = (folder / "realestate.conf").read_text()
    site = re.sub(r"listen \[::\]:\d+(?: ssl)?;", "", site)
    site = site.replace("listen 80;", f"listen {HERE}:{running.plain};")
    site = site.replace("listen 443 ssl;", f"listen {HERE}:{running.secure} ssl;")
    (folder / "realestate.conf").write_text(site)
    (folder / "log.conf").write_text(f"access_log {folder}/lines without_queries;")
    servers = (folder / "upstreams.conf").read_text()
    servers = servers.replace(f"{HERE}:8000", f"{HERE}:{web}")
    servers = servers.replace(f"{HERE}:8001", f"{HERE}:{sockets}")
    (folder / "upstreams.conf").write_text(servers)
    command = [PROGRAM, "-p", str(folder), "-c", str(main), "-g", "daemon off;"]
    with (folder / "faults").open("wb") as faults:
        process = subprocess.Popen(command, stderr=faults, env=os.environ)
        try:
            _wait(process, running)
            yield running
        finally:
            process.terminate()
            process.wait(15)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], running: Proxy) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError), socket.create_connection((HERE, running.secure), timeout=1):
            return
        assert process.poll() is None, (running.folder / "faults").read_text()
        assert time.monotonic() < deadline, "nginx did not start"
