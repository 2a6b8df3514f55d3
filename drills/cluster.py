"""Two machines as processes: each a web server, sockets and a worker with a folder of its own; a proxy in front."""

import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from boto3.session import Session
from moto.server import ThreadedMotoServer

from benchmarks.servers import HOST, ROOT, running
from benchmarks.stage import free_port
from deploy.probe import is_well
from drills.load import wait_for
from drills.report import FOLDER
from tests.redis_server import redis_server

BUCKET = "drill"
PATIENCE = 180.0  # seconds that a server may take to start, beside all the others
KEYS = {
    "aws_access_key_id": "drill",
    "aws_secret_access_key": "drill",
    "region_name": "us-east-1",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Node:
    """One machine."""

    name: str
    web: int  # ports
    sockets: int
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        """Of its web server."""
        return f"http://{HOST}:{self.web}"

    @contextmanager
    def part(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """One of its three servers, as a supervisor starts it."""
        command = [sys.executable, "manage.py", "serve", name, "--host", HOST]
        port = {"web": self.web, "sockets": self.sockets}.get(name)
        with (
            (FOLDER / "servers.log").open("ab") as log,
            running([*command, "--port", str(self.web)], self.settings, log) as process,
        ):
            if port is not None:
                wait_for(lambda: is_well("/health", port), PATIENCE)
            yield process


@contextmanager
def shared(database: str, public: int) -> Iterator[dict[str, str]]:
    """Redis and a store of files, and the settings that all machines have alike; ``public`` is the proxy's port."""
    store = ThreadedMotoServer(ip_address=HOST, port=free_port(), verbose=False)
    store.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    host, port = store.get_host_and_port()
    Session(**KEYS).client("s3", endpoint_url=f"http://{host}:{port}").create_bucket(Bucket=BUCKET)
    try:
        with redis_server() as redis:
            yield {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
                "DATABASE_URL": database,
                "REDIS_URL": redis,
                "FILES_URL": f"s3+http://drill:drill@{host}:{port}/{BUCKET}",
                "PUBLIC_URL": f"http://{HOST}:{public}",
                "TRUSTED_PROXIES": "1",
                "WEB_WORKERS": "1",
            }
    finally:
        store.stop()


@contextmanager
def machines(names: str, alike: Mapping[str, str]) -> Iterator[list[Node]]:
    """So many, without their servers; a letter is a name. Each has a folder that no other one sees."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        found = []
        for name in names:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            web, sockets = free_port(), free_port()
            own = {"VAR_DIR": folder, "PORT": str(web), "REALTIME_PORT": str(sockets)}
            found.append(Node(name=name, web=web, sockets=sockets, settings={**alike, **own}))
        yield found


@contextmanager
def proxy(nodes: list[Node], port: int) -> Iterator[None]:
    """nginx, set up as deploy/nginx has it but for TLS. Raises SystemExit where there is none."""
    if (program := shutil.which("nginx")) is None:
        raise SystemExit("This drill needs nginx: apt-get install nginx")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "nginx.conf").write_text(as_here(folder, nodes, port))
        command = [program, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
        with running([*command, "-g", "daemon off;"], os.environ):
            wait_for(lambda: is_well("/health", port), PATIENCE)
            yield


def as_here(folder: str, nodes: list[Node], port: int) -> str:
    """The configuration of deploy/, with these servers, on this port, without certificates."""
    text = (ROOT / "deploy" / "nginx" / "realestate.conf").read_text()
    upstreams = (ROOT / "deploy" / "nginx" / "upstreams-compose.conf").read_text()
    for number, node in enumerate(nodes):
        upstreams = upstreams.replace(f"172.30.0.1{number + 1}:8000", f"{HOST}:{node.web}")
    upstreams = upstreams.replace("172.30.0.21:8001", f"{HOST}:{nodes[0].sockets}")
    text = re.sub(r"include .*upstreams.conf;", lambda _: upstreams, text)
    text = re.sub(r"server \{\s+listen 80;.*?\n\}", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"listen \[::\]:443 ssl;", "", text)
    text = re.sub(r"listen 443 ssl;", f"listen {HOST}:{port};", text)
    text = re.sub(r"\n\s+ssl_.*;", "", text)
    text = re.sub(r"include .*log.conf;", f"access_log {folder}/access.log without_queries;", text)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; "
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"pid {folder}/pid; events {{}} http {{ {temporary}\n{text}\n}}"
