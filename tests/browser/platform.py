"""A platform as ``make run`` starts it, with the demo's data, over a database that is gone afterwards."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds
DATABASE = "browser_tests"


@contextmanager
def platform(folder: Path) -> Iterator[str]:
    """The address of a web server, with sockets and worker beside it; its files and logs are in the folder."""
    web, live = free_port(), free_port()
    with database() as address:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "realestate.settings.local",
            "DATABASE_URL": address,
            "VAR_DIR": str(folder),
            "PORT": str(web),
            "REALTIME_PORT": str(live),
            "ADMIN_SECOND_FACTOR": "required",
            "LOG_LEVEL": "ERROR",
        }
        for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
            subprocess.run(
                manage(*command), cwd=ROOT, env=environment, check=True, capture_output=True
            )
        with (folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                manage("serve"), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            try:
                wait_for(process, web)
                yield f"http://localhost:{web}"
            finally:
                process.terminate()
                process.wait(PATIENCE)


@contextmanager
def database() -> Iterator[str]:
    """The address of an empty database beside the one that tests use."""
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    where = f"{quote(given['HOST'] or 'localhost', safe='')}:{given['PORT'] or 5432}"
    name = sql.Identifier(DATABASE)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with psycopg.connect(f"postgresql://{who}@{where}/postgres", autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield f"postgresql://{who}@{where}/{DATABASE}"
        finally:
            server.execute(drop)


def manage(*command: str) -> list[str]:
    """A command of the platform, as operators give it."""
    return [sys.executable, "manage.py", *command]


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the web server answers. Raises RuntimeError if it ended or took too long."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                message = "the platform did not start; see serve.log"
                raise RuntimeError(message) from None
            time.sleep(0.1)
        else:
            return
