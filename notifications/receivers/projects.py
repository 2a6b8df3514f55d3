"""Projects speaks: browsers that show a unit see that it was taken or is free again."""

from notifications import services
from projects.events import ClaimReleased, ClaimsLapsed, ClaimTaken
from realestate.core.events import on


@on(ClaimTaken)
def signal_taken(event: ClaimTaken) -> None:
    """Somebody holds it now; never who."""
    services.signal_units(unit_ids=[event.unit_id])


@on(ClaimReleased)
def signal_released(event: ClaimReleased) -> None:
    """It is free."""
    services.signal_units(unit_ids=[event.unit_id])


@on(ClaimsLapsed)
def signal_lapsed(event: ClaimsLapsed) -> None:
    """They are free."""
    services.signal_units(unit_ids=event.unit_ids)
