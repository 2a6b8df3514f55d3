"""The two servers: the platform with the hand-written reads, and the FastAPI application."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.db import connection

from realestate.core.processes import ending_with_us
from realestate.management.commands.serve import web_command

ROOT = Path(__file__).resolve().parent.parent
YARDSTICK = ROOT / ".venv-bench" / "bin" / "python"
HOST = "127.0.0.1"
PATIENCE = 60.0


@contextmanager
def platform_server(
    port: int, database: str, *, keeps: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """As ``manage.py serve`` starts its web server; unless it ``keeps`` answers, each one is made anew."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.limit.settings",
        "DATABASE_URL": database,
        "PORT": str(port),
        **({} if keeps else {"CATALOGUE_CACHE_MB": "0"}),
    }
    with running(web_command(HOST, port), environment) as process:
        yield process


@contextmanager
def yardstick_server(port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """As its documentation says for production, without a line per request."""
    given = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": given["HOST"] or "localhost",
        "PGPORT": str(given["PORT"] or 5432),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"] or "",
        "PGDATABASE": given["NAME"],
        # The history of rows is the platform's own affair: this design has none and does not pay for it.
        "PGOPTIONS": "-c house.bulk_load=on -c timezone=UTC",
    }
    command = [
        *(str(YARDSTICK), "-m", "uvicorn", "benchmarks.fastapi_app.main:app"),
        *("--host", HOST, "--port", str(port), "--workers", str(workers)),
        *("--no-access-log", "--log-level", "warning"),
    ]
    with running(command, environment) as process:
        yield process


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], log: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with this block, or with us; what it says goes to ``log``, or where ours goes."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        stdout=log,
        stderr=log,
        preexec_fn=ending_with_us(signal.SIGTERM),  # noqa: PLW1509  # no threads here
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        if process.poll() is None:
            process.kill()


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> float:
    """Seconds until the address answers 200. Raises SystemExit when the server ends or takes too long."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < PATIENCE:
        if process.poll() is not None:
            raise SystemExit(f"The server of {url} ended with {process.returncode}.")
        with suppress(OSError), urlopen(url, timeout=2) as answer:  # noqa: S310  # our own server
            if answer.status == 200:  # noqa: PLR2004  # OK
                return time.perf_counter() - begun
        time.sleep(0.02)
    raise SystemExit(f"{url} did not answer within {PATIENCE:.0f} s.")


def fetch(url: str, token: str = "", tag: str = "") -> tuple[int, Message, bytes]:
    """Status, headers and body of a GET."""
    headers = {"User-Agent": "bench"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"If-None-Match": tag} if tag else {}
    try:
        with urlopen(Request(url, headers=headers), timeout=PATIENCE) as answer:  # noqa: S310  # our own server
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


def log_in(site: str, email: str, password: str) -> str:
    """An access token, as everybody gets one."""
    body = json.dumps({"email": email, "password": password}).encode()
    request = Request(  # noqa: S310  # our own server
        f"{site}/api/auth/login", body, {"Content-Type": "application/json"}
    )
    with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # our own server
        said: dict[str, Any] = json.load(answer)
    return str(said["access_token"])


def resident(process: subprocess.Popen[bytes]) -> list[float]:
    """Megabytes of memory that each worker of a server holds (Linux)."""
    page = os.sysconf("SC_PAGE_SIZE") / 1024**2
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == process.pid:
                found.append(int((folder / "statm").read_text().split()[1]) * page)
    return sorted(found)
