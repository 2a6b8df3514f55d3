"""Words that clients use for phases and updates."""

from progress.enums import PhaseStatus, Priority, UpdateType
from realestate.core.vocabulary import Vocabulary

PHASE_STATUS = Vocabulary(
    PhaseStatus, {"pending": PhaseStatus.NOT_STARTED, "ongoing": PhaseStatus.IN_PROGRESS}
)
UPDATE_TYPE = Vocabulary(UpdateType)
PRIORITY = Vocabulary(Priority)
