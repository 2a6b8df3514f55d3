"""Projects speaks: browsers that show a unit see that it was taken, is free again, or is offered otherwise."""

from notifications import services
from projects.events import ClaimReleased, ClaimsLapsed, ClaimTaken, UnitsChanged
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


@on(UnitsChanged)
def signal_changed(event: UnitsChanged) -> None:
    """They are new, on sale or off it, dearer or cheaper, or under a firmer claim."""
    services.signal_units(unit_ids=event.unit_ids)
