"""Rows with one figure: start, statement of account, receipt, demand run, import, memory."""

import os
import re
import statistics
import subprocess
import sys

from benchmarks.demands import demand_run
from benchmarks.load import Ask, run_load
from benchmarks.report import Progress, Single
from benchmarks.rows import ENTRIES
from benchmarks.scenarios import reads
from benchmarks.servers import ROOT, resident
from benchmarks.stage import Stage

IN_ALL = re.compile(r"in all ([0-9.]+) s")
FIRST, GROWTH = 10_000, 5.0  # requests after which memory shall be flat; percent
CHUNK = 10  # seconds of load between two looks


def singles(
    stage: Stage,
    progress: Progress,
    *,
    rounds: int,
    seconds: float,
    imports: int,
    demands: int,
) -> list[Single]:
    """All but memory, which takes long."""
    town = stage.town
    paths = (
        (f"statement of account, {ENTRIES} entries", f"bookings/{town.account}/statement", 10.0),
        ("receipt PDF, warm", f"payments/{town.receipt}/receipt", 150.0),
    )
    found = [Single(name="server ready after start", value=stage.started_in, unit="s", at_most=3.0)]
    for name, path, at_most in paths:
        asks = [Ask(path=f"/api/{path}", token=stage.owner)]
        site = stage.sites["platform"]
        run_load(site, asks, seconds=1, connections=1)
        loads = []
        for _ in range(rounds):
            progress.step(name)
            loads.append(run_load(site, asks, seconds=seconds, connections=1))
        troubles = sum(load.refused + load.broken for load in loads)
        found.append(
            Single(
                name=name,
                value=statistics.median(load.p50 for load in loads),
                unit="ms",
                at_most=at_most,
                note=f"{troubles} refusals" if troubles else "one caller, over HTTP",
            )
        )
    progress.step("demand run")
    found.append(demand_run(demands))
    progress.step(f"import of {imports:,} units")
    return [*found, imported(imports)]


def imported(rows: int) -> Single:
    """The slowest of the forms and kinds that import_units.py measures."""
    command = [sys.executable, "benchmarks/import_units.py", str(rows)]
    said = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, env=plain_environment()
    ).stdout
    times = [float(seconds) for seconds in IN_ALL.findall(said)]
    return Single(
        name=f"import of {rows:,} units",
        value=max(times),
        unit="s",
        at_most=10.0,
        note="the slowest of CSV and XLSX, new and changed rows",
    )


def memory(stage: Stage, progress: Progress, requests: int) -> Single:
    """Growth of the largest worker between 10,000 and so many mixed requests."""
    asks = [ask for read in reads(stage.town) for ask in read.asks("kept", stage.customer)]
    site, sent, at_first = stage.sites["kept"], 0, 0.0
    while sent < requests:
        progress.step(f"memory: {sent:,} of {requests:,} requests")
        sent += run_load(site, asks, seconds=CHUNK).requests
        if not at_first and sent >= FIRST:
            at_first = max(resident(stage.server))
    last = max(resident(stage.server))
    return Single(
        name=f"memory after {requests:,} requests",
        value=100 * (last - at_first) / at_first,
        unit="%",
        at_most=GROWTH,
        note=f"above {at_first:.0f} MB after {FIRST:,}",
    )


def plain_environment() -> dict[str, str]:
    """Without what this run has set for its own servers: the import has a database of its own."""
    ours = {"VAR_DIR", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}
