"""Load from wrk, in a process of its own."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
MISSING = """wrk makes the load and is not installed. Debian and Ubuntu: apt-get install wrk; macOS: brew install wrk;
elsewhere: https://github.com/wg/wrk. Then call make bench again."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request."""

    path: str
    token: str = ""
    tag: str = ""
    method: str = "GET"

    @property
    def line(self) -> str:
        """As wrk.lua reads it."""
        return f"{self.method}\t{self.path}\t{self.token}\t{self.tag}\n"


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a run of wrk found; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    refused: int  # answers from 400 on
    broken: int  # no answer

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return (self.requests - self.refused) / self.seconds


def refuse_without_wrk() -> None:
    """Raises SystemExit with what to install."""
    if shutil.which("wrk") is None:
        raise SystemExit(MISSING)


def run_load(
    base: str, asks: Sequence[Ask], *, seconds: float, connections: int = 8, threads: int = 1
) -> Load:
    """Send the requests in turn for so long, over connections that stay open."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(ask.line for ask in asks)
        file.flush()
        command = [
            *("wrk", "--threads", str(threads), "--connections", str(connections)),
            *("--duration", f"{max(1, round(seconds))}s", "--timeout", "20s"),
            *("--script", str(SCRIPT), base, "--", file.name, str(threads)),
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("RESULT "))
    return Load(**json.loads(line.removeprefix("RESULT ")))
