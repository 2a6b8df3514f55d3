"""What progress does: every write on phases, construction updates, milestones and certificates."""

from progress.services.completion import (
    CompletionUnchanged,
    note_completion,
    revise_completion,
)
from progress.services.milestones import (
    CertificateExists,
    MilestoneExists,
    MilestoneIsCertified,
    MilestoneOutOfOrder,
    OverrideNeedsAnother,
    PhotosMissing,
    StagePassedOver,
    add_milestone,
    certify_milestone,
    change_milestone,
    record_certificate,
    report_milestone,
    uncertify_milestone,
)
from progress.services.phases import add_phase, change_phase
from progress.services.stages import set_milestones
from progress.services.updates import change_update, post_update, remove_update

__all__ = [
    "CertificateExists",
    "CompletionUnchanged",
    "MilestoneExists",
    "MilestoneIsCertified",
    "MilestoneOutOfOrder",
    "OverrideNeedsAnother",
    "PhotosMissing",
    "StagePassedOver",
    "add_milestone",
    "add_phase",
    "certify_milestone",
    "change_milestone",
    "change_phase",
    "change_update",
    "note_completion",
    "post_update",
    "record_certificate",
    "remove_update",
    "report_milestone",
    "revise_completion",
    "set_milestones",
    "uncertify_milestone",
]
