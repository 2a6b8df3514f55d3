"""Words that clients use for phases, updates and certificates, and how a milestone moves."""

from progress.enums import (
    CertificateKind,
    MilestoneAction,
    MilestoneState,
    PhaseStatus,
    Priority,
    UpdateType,
)
from realestate.core.vocabulary import Vocabulary

PHASE_STATUS = Vocabulary(
    PhaseStatus, {"pending": PhaseStatus.NOT_STARTED, "ongoing": PhaseStatus.IN_PROGRESS}
)
UPDATE_TYPE = Vocabulary(UpdateType)
PRIORITY = Vocabulary(Priority)
CERTIFICATE_KIND = Vocabulary(CertificateKind)
MILESTONE_TRANSITIONS: dict[str, dict[str, str]] = {  # R7.1
    MilestoneState.PENDING: {MilestoneAction.REPORT: MilestoneState.REPORTED},
    MilestoneState.REPORTED: {MilestoneAction.CERTIFY: MilestoneState.CERTIFIED},
}
MILESTONE_STATE = Vocabulary(MilestoneState)
