"""What bookings hears of: holds, to say in time that they will lapse, and stages that end kinds of changes."""

from bookings.events import HoldExtended
from bookings.services import plan_warning, refuse_lost_cutoff
from progress.events import MilestoneRemoved
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


@on(MilestoneRemoved)
def keep_stages_of_cutoffs(event: MilestoneRemoved) -> None:
    """R13.1: a stage that ends a kind of change stays until the limit is set to another."""
    refuse_lost_cutoff(project_id=event.project_id, code=event.code)
