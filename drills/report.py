"""What a drill says: a line while it works, a table of promises at its end, JSON as a file."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path("var") / "drills"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One promise and what was seen of it."""

    id: str  # of docs/promises.md, such as A1
    what: str
    figure: str
    holds: bool


def progress(text: str) -> None:
    """Something goes on; one line on standard error."""
    sys.stderr.write(f"  … {text}\n")
    sys.stderr.flush()


def table(promises: Sequence[Promise]) -> str:
    """One promise under the other, each with its figure."""
    lines = [""]
    for promise in promises:
        mark = "holds " if promise.holds else "BROKEN"
        lines += [
            f"  {promise.id:<4} {mark}  {promise.what}",
            f"  {'':<4} {'':<6}  {promise.figure}",
        ]
    broken = sum(not promise.holds for promise in promises)
    said = (
        f"{broken} of {len(promises)} do not hold" if broken else f"{len(promises)} promises hold"
    )
    return "\n".join([*lines, "", f"  {said}", ""])


def save(name: str, promises: Sequence[Promise]) -> Path:
    """The same for programs, with the time of day (UTC)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    found = {"at": at, "promises": [asdict(promise) for promise in promises]}
    path.write_text(json.dumps(found, indent=2) + "\n")
    return path
