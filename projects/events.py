"""What projects says."""

from dataclasses import dataclass
from datetime import date

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ClaimTaken(Event):
    """A unit is now occupied by a hold."""

    claim_id: int
    unit_id: int


@dataclass(frozen=True, kw_only=True)
class ClaimReleased(Event):
    """A unit is free again; ``reason`` is a ReleaseReason."""

    claim_id: int
    unit_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClaimsLapsed(Event):
    """Holds whose time was over are recorded as ended; their units have been free since then."""

    unit_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class UnitsChanged(Event):
    """What buyers see of units is another: new, on sale or off it, at another price, or under a firmer claim."""

    unit_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CompletionMoved(Event):
    """The planned completion of a project was changed."""

    project_id: int
    actor_id: int
    old: date | None
    new: date | None
