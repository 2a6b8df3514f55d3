"""Everything that can be read of a platform with the demo in it: each GET of the OpenAPI document, as each role."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.servers import log_in
from drills import house
from drills.callers import Call, Callers
from realestate.management.commands.serve import DEMO_LOGINS, DEMO_PASSWORD
from tests.fuzz.cases import document

PLACE = re.compile(r"\{(\w+)\}")


@dataclass
class Seen:
    """Answers by their status, and those that were no answer at all."""

    statuses: Counter[int] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    @property
    def shown(self) -> int:
        """How many showed what was asked for."""
        return self.statuses[200]

    @property
    def figure(self) -> str:
        """In words."""
        shown = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.statuses.total()} reads: {shown}; {len(self.failed)} failed"


def read_everything(database: str) -> Seen:
    """As nobody and as each role of the demo; lists first, so that their first rows can be named in other paths."""
    seen = Seen()
    # Not until it is ready: it says, rightly, that migrations are missing.
    with house.site(database, until="/health") as site, Callers([site.door], 1) as caller:
        tokens = {who: log_in(site.url, who, DEMO_PASSWORD) for who in DEMO_LOGINS}
        for who, token in {"anonymous": "", **tokens}.items():
            rows: dict[str, Any] = {}
            for path in paths():
                if (filled := fill(path, rows)) is None:
                    continue
                answer = caller.send(Call(method="GET", path=filled, token=token))
                seen.statuses[answer.status] += 1
                if not 200 <= answer.status < 500:
                    seen.failed.append(f"{filled} as {who}: {answer.status}")
                if answer.status == 200 and "{" not in path:
                    rows[path] = first_key(answer.body)
    return seen


def paths() -> list[str]:
    """Of every GET, those without places first."""
    found = [path for path, methods in document()["paths"].items() if "get" in methods]
    return sorted(found, key=lambda path: (path.count("{"), path))


def fill(path: str, rows: Mapping[str, Any]) -> str | None:
    """The path with keys of rows that were seen; None where none was."""
    for name in PLACE.findall(path):
        noun = f"{name.removesuffix('_id')}s" if name != "id" else path.split("/")[2]
        key = rows.get(f"/api/{noun}")
        if key is None:
            return None
        path = path.replace(f"{{{name}}}", str(key))
    return path


def first_key(body: bytes) -> Any:
    """Of the first row of a list, wherever in an answer it stands; None if there is none."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return next((row["id"] for row in lists(said) if "id" in row), None)


def lists(said: Any) -> Iterator[Mapping[str, Any]]:
    """Rows of the answer's lists."""
    if isinstance(said, list):
        yield from (row for row in said if isinstance(row, dict))
    elif isinstance(said, dict):
        for part in said.values():
            if isinstance(part, list):
                yield from lists(part)
