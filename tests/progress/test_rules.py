"""The words that clients use (contract 8): any case, dashes and spaces, and the frontend's aliases."""

import pytest

from progress.enums import PhaseStatus, Priority, UpdateType
from progress.rules import PHASE_STATUS, PRIORITY, UPDATE_TYPE


@pytest.mark.parametrize(
    ("vocabulary", "word", "meant"),
    [
        (PHASE_STATUS, "in-progress", PhaseStatus.IN_PROGRESS),
        (PHASE_STATUS, "IN_PROGRESS", PhaseStatus.IN_PROGRESS),
        (PHASE_STATUS, "ongoing", PhaseStatus.IN_PROGRESS),
        (PHASE_STATUS, "Pending", PhaseStatus.NOT_STARTED),
        (PHASE_STATUS, "not started", PhaseStatus.NOT_STARTED),
        (PHASE_STATUS, "demolished", None),
        (UPDATE_TYPE, "Milestone", UpdateType.MILESTONE),
        (UPDATE_TYPE, "gossip", None),
        (PRIORITY, "CRITICAL", Priority.CRITICAL),
        (PRIORITY, "", None),
        (PRIORITY, 3, None),
    ],
)
def test_words(vocabulary, word, meant):
    assert vocabulary.resolve(word) == meant


def test_every_value_of_the_contract_and_no_other():
    assert PhaseStatus.values == ["not_started", "in_progress", "completed", "delayed"]
    assert UpdateType.values == ["milestone", "delay", "general", "safety", "quality"]
    assert Priority.values == ["low", "medium", "high", "critical"]
