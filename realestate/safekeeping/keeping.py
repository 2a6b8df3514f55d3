"""How long backups are kept: the newest of each of the last days, weeks and months; only complete ones of ours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from realestate.safekeeping.folder import NAME, SUMS, read_header
from realestate.safekeeping.programs import SafekeepingError


@dataclass(frozen=True, kw_only=True)
class Kept:
    """How many days, weeks (ISO, from Monday) and months (UTC) keep their newest backup."""

    daily: int
    weekly: int
    monthly: int


def backups_of(system: str, folder: Path) -> dict[datetime, Path]:
    """Complete backups of a platform in a folder, by the time at which they were made, the newest first."""
    found = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        match = NAME.fullmatch(path.name)
        if match and (path / SUMS).is_file() and _is_of(system, path):
            found[datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)] = path
    return dict(sorted(found.items(), reverse=True))


def outlived(made: Iterable[datetime], kept: Kept) -> list[datetime]:
    """Those that no rule keeps; the newest of all is always kept."""
    newest_first = sorted(made, reverse=True)
    stay = set(newest_first[:1])
    spans: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (kept.daily, lambda at: at.date()),
        (kept.weekly, lambda at: at.isocalendar()[:2]),
        (kept.monthly, lambda at: (at.year, at.month)),
    )
    for count, span in spans:
        newest: dict[object, datetime] = {}
        for at in newest_first:
            newest.setdefault(span(at), at)
        stay |= set(list(newest.values())[:count])
    return [at for at in newest_first if at not in stay]


def _is_of(system: str, path: Path) -> bool:
    try:
        return str(read_header(path).get("system")) == system
    except SafekeepingError:
        return False
