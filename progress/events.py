"""What progress says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class UpdatePosted(Event):
    """A construction update was published; drafts are not told."""

    update_id: int
    project_id: int
