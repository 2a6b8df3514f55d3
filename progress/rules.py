"""Words that clients use for phases, updates and certificates, and how a milestone moves."""

from collections.abc import Iterable

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
MILESTONE_TRANSITIONS: dict[str, dict[str, str]] = {  # R7.1, R7.9
    MilestoneState.PENDING: {MilestoneAction.REPORT: MilestoneState.REPORTED},
    MilestoneState.REPORTED: {MilestoneAction.CERTIFY: MilestoneState.CERTIFIED},
    MilestoneState.CERTIFIED: {MilestoneAction.UNCERTIFY: MilestoneState.REPORTED},
}
MILESTONE_STATE = Vocabulary(MilestoneState)


def passed_over(stages: Iterable[tuple[str, str, bool]]) -> set[tuple[str, str]]:
    """R7.2: pairs of a certified stage and an uncertified one before it that bills, by their codes.

    ``stages`` are code, state and whether it bills, in their order. A pair is there by an override only.
    """
    waiting: list[str] = []
    pairs: set[tuple[str, str]] = set()
    for code, state, is_billable in stages:
        if state == MilestoneState.CERTIFIED:
            pairs |= {(code, earlier) for earlier in waiting}
        elif is_billable:
            waiting.append(code)
    return pairs
