"""Whether two answers say the same: instants and amounts may be written in different ways."""

from datetime import datetime
from typing import Any

PLACES = 6  # of numbers that went through a division


def plain(said: Any) -> Any:
    """JSON with instants and numbers in one form."""
    match said:
        case dict():
            return {name: plain(value) for name, value in said.items()}
        case list():
            return [plain(value) for value in said]
        case bool():
            return said
        case int() | float():
            return round(float(said), PLACES)
        case str() if "T" in said:
            return instant(said)
        case _:
            return said


def instant(text: str) -> Any:
    """A moment, if the text is one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.timestamp() if moment.tzinfo else text


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where they differ, as paths; empty when they say the same."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{at}.{name} is only in one" for name in sorted(ours.keys() ^ theirs.keys())]
        for name in ours.keys() & theirs.keys():
            found += differences(ours[name], theirs[name], f"{at}.{name}")
        return found
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return [f"{at} has {len(ours)} and {len(theirs)} rows"]
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [each for n, (a, b) in pairs for each in differences(a, b, f"{at}[{n}]")]
    return [] if plain(ours) == plain(theirs) else [f"{at}: {ours!r} and {theirs!r}"]
