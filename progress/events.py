"""What progress says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class UpdatePosted(Event):
    """A construction update was published; drafts are not told."""

    update_id: int
    project_id: int


@dataclass(frozen=True, kw_only=True)
class MilestoneReported(Event):
    """A stage of construction was reported as done; nobody has certified it yet."""

    milestone_id: int
    project_id: int


@dataclass(frozen=True, kw_only=True)
class MilestoneCertified(Event):
    """A stage of construction was certified (R7.3)."""

    milestone_id: int
    project_id: int


@dataclass(frozen=True, kw_only=True)
class MilestoneUncertified(Event):
    """A certification was taken back (R7.9)."""

    milestone_id: int
    project_id: int


@dataclass(frozen=True, kw_only=True)
class MilestoneRemoved(Event):
    """A stage of construction was taken out of the plan of its tower; apps above may refuse that."""

    code: str
    project_id: int


@dataclass(frozen=True, kw_only=True)
class CompletionRevised(Event):
    """A completion date that buyers were told has been replaced by another."""

    completion_id: int
    project_id: int
