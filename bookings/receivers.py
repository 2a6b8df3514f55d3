"""What bookings hears of: holds, to say in time that they will lapse."""

from bookings.events import HoldExtended
from bookings.services import plan_warning
from projects.events import ClaimTaken
from realestate.core.events import on


@on(ClaimTaken)
def plan_warning_of_hold(event: ClaimTaken) -> None:
    """R4.5: its holder is told a little before it lapses."""
    plan_warning(claim_id=event.claim_id)


@on(HoldExtended)
def plan_warning_of_later_end(event: HoldExtended) -> None:
    """R4.5: the warning moves with the end."""
    plan_warning(claim_id=event.claim_id)
