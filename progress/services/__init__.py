"""What progress does: every write on phases and construction updates."""

from progress.services.phases import add_phase, change_phase
from progress.services.updates import change_update, post_update, remove_update

__all__ = ["add_phase", "change_phase", "change_update", "post_update", "remove_update"]
