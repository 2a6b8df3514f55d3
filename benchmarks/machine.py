"""What the figures were measured on. No names: only what decides the speed."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from django.db import connection

GIGA = 1024**3


def machine() -> dict[str, str]:
    """Processor, memory, and the versions of what runs on them."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGA
    return {
        "cores": str(os.cpu_count()),
        "processor": processor(),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "PostgreSQL": postgres.partition(" ")[0],
        "Django": version("django"),
        "granian": version("granian"),
        **yardstick_versions(),
    }


def processor() -> str:
    """The model as the system calls it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def yardstick_versions() -> dict[str, str]:
    """Of the environment that the FastAPI application runs in."""
    names = ("fastapi", "SQLAlchemy", "pydantic", "uvicorn")
    ask = f"import importlib.metadata as m; print(*(m.version(n) for n in {names!r}))"
    python = Path(".venv-bench/bin/python")
    if not python.exists():
        return {}
    said = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout
    return dict(zip(names, said.split(), strict=True))


def load_now() -> str:
    """How busy the machine is by others; say so beside the figures if it is."""
    return f"{os.getloadavg()[0]:.2f}"
